// Trains the shipped models anew and writes their files and cards: hours of work, each step of which can be stopped and
// gone on with by the same command. Needs a build, the training side (npm run setup:training) and the data sets.
//
//   node scripts/train-zoo.mjs --data ../shared/data --runs runs [--into models] [MODEL...]
//   node scripts/train-zoo.mjs --cards-only ...        (from runs that are there already)
import { existsSync, mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { mavseg, runProgram } from "./run-program.mjs";
import { exportArguments, RECIPES, trainArguments } from "./zoo/recipes.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: "../shared/data" },
    runs: { type: "string", default: "runs" },
    into: { type: "string", default: "models" },
    rounds: { type: "string", default: "60" },
    "cards-only": { type: "boolean", default: false },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(RECIPES);
const unknown = names.filter((name) => !(name in RECIPES));
if (unknown.length > 0) {
  process.stderr.write(`no recipe for ${unknown.join(", ")}; there are ${Object.keys(RECIPES).join(", ")}\n`);
  process.exit(2);
}

/** As a reader of the card would type it. */
const typed = (args) => `mavseg ${args.join(" ")}`;

for (const name of names) {
  const recipe = RECIPES[name];
  const data = path.join(options.data, recipe.data);
  const runOf = (model) => path.join(options.runs, model);
  const runFolder = runOf(name);
  const model = path.join(options.into, name, "model.onnx");
  if (!options["cards-only"]) {
    process.stderr.write(`\n${name}: ${recipe.minutes} minutes of training\n`);
    const isBegun = existsSync(path.join(runFolder, "run.json"));
    if (recipe.teacher !== undefined && !existsSync(path.join(runOf(recipe.teacher), "best.ckpt"))) {
      process.stderr.write(`${name} learns from ${recipe.teacher}: train that one first\n`);
      process.exit(2);
    }
    mavseg(
      ...(isBegun
        ? ["train", "--out", runFolder, "--resume"]
        : trainArguments(recipe, data, runFolder, runOf)),
    );
    mkdirSync(path.dirname(model), { recursive: true });
    mavseg(...exportArguments(name, runFolder, model));
    runProgram("scripts/half-model.mjs", [path.dirname(model)]);
  }
  const score = path.join(runFolder, "score.json");
  const time = path.join(runFolder, "time.json");
  mkdirSync(runFolder, { recursive: true });
  await writeFile(score, mavseg("eval", "--model", model, "--data", data, "--split", "val", "--json"));
  await writeFile(time, runProgram("bench/net-time.mjs", [model, "--rounds", options.rounds, "--json"]));
  const commands = [
    typed(trainArguments(recipe, recipe.data, "run", (teacher) => `run-of-${teacher}`)),
    typed(exportArguments(name, "run", "model.onnx")),
  ];
  const card = ["--model", model, "--score", score, "--time", time, "--recipe", commands.join("\n")];
  if (existsSync(path.join(runFolder, "curves.html"))) card.push("--run", runFolder);
  process.stdout.write(runProgram("scripts/model-card.mjs", card));
}
