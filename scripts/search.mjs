// Searches nets and recipes within hours on two cores: successive halving over a list of candidates. Every candidate is
// trained, exported, calibrated, scored on val and timed under ONNX Runtime beside MAVNet. Results go to results.jsonl and
// index.html in --out; the same command goes on where it was stopped. At the end the page gets the times of all candidates
// side by side in one run: those on the way were taken hours apart.
//
//   node scripts/search.mjs --data ../shared/data/perch_drone --candidates scripts/search/perch_drone.json \
//     --recipe tied-s-perch_drone --rungs 4,12,36 --out runs/search
//
// --recipe names a model (scripts/zoo/recipes.mjs) whose training options all candidates share.
// The list: [{ "name": "wide", "train": ["--net", "tied", "--net-option", "widths=16,32,48"] }, ...]
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { readResults } from "./read-results.mjs";
import { mavseg, runProgram } from "./run-program.mjs";
import { chooseSurvivors } from "./search/halving.mjs";
import { searchPage } from "./search/page.mjs";
import { lastResults, withTimes } from "./search/results.mjs";
import { RECIPES } from "./zoo/recipes.mjs";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    candidates: { type: "string" },
    recipe: { type: "string" },
    rungs: { type: "string", default: "4,12,36" },
    keep: { type: "string", default: "0.5" },
    rounds: { type: "string", default: "30" },
    out: { type: "string", default: "runs/search" },
  },
});
if (options.data === undefined || options.candidates === undefined) {
  process.stderr.write("missing --data or --candidates\n");
  process.exit(2);
}
if (options.recipe !== undefined && RECIPES[options.recipe] === undefined) {
  process.stderr.write(`--recipe is none of ${Object.keys(RECIPES).join(", ")}\n`);
  process.exit(2);
}
const shared = RECIPES[options.recipe]?.train ?? [];
const candidates = JSON.parse(await readFile(options.candidates, "utf8"));
const resultsFile = path.join(options.out, "results.jsonl");

const folderOf = ({ name, minutes }) => path.join(options.out, `${minutes}-minutes`, name);

/** @returns rows of the table of net times */
function timeModels(models) {
  return JSON.parse(runProgram("bench/net-time.mjs", [...models, "--rounds", options.rounds, "--json"])).rows;
}

/** Trains, exports, scores and times one candidate within so many minutes. */
function measure({ name, train }, minutes) {
  const folder = folderOf({ name, minutes });
  const model = path.join(folder, "model.onnx");
  // A candidate's own options come last: they win over the recipe's.
  const args = ["--data", options.data, "--minutes", String(minutes), ...shared, ...train];
  mavseg("train", ...args, "--out", folder);
  mavseg("export", "--run", folder, "--out", model, "--name", name);
  const score = JSON.parse(
    mavseg("eval", "--model", model, "--data", options.data, "--split", "val", "--json"),
  );
  const described = JSON.parse(mavseg("describe", "--model", model, "--json"));
  const result = {
    name,
    minutes,
    iou: score.mIoUWithoutBackground,
    ofClasses: score.iou,
    parameters: described.exportedParameters,
    command: `mavseg train ${["--minutes", minutes, ...shared, ...train].join(" ")}`,
  };
  return withTimes([result], timeModels([model]))[0];
}

async function writePage(results) {
  const page = path.join(options.out, "index.html");
  await writeFile(
    `${page}.part`,
    searchPage(`Search on ${path.basename(options.data)}`, lastResults(results)),
  );
  await rename(`${page}.part`, page);
}

await mkdir(options.out, { recursive: true });
let names = candidates.map(({ name }) => name);
for (const minutes of options.rungs.split(",").map(Number)) {
  process.stderr.write(`\n${names.length} candidates, ${minutes} minutes each: ${names.join(", ")}\n`);
  for (const name of names) {
    const results = await readResults(resultsFile);
    if (results.some((result) => result.name === name && result.minutes === minutes)) continue;
    const result = measure(
      candidates.find((candidate) => candidate.name === name),
      minutes,
    );
    await appendFile(resultsFile, `${JSON.stringify(result)}\n`);
    await writePage([...results, result]);
    process.stdout.write(`${name}: ${(result.iou * 100).toFixed(2)} %, ${result.ms.toFixed(1)} ms\n`);
  }
  const ofRung = (await readResults(resultsFile)).filter(
    (result) => result.minutes === minutes && names.includes(result.name),
  );
  names = chooseSurvivors(ofRung, Number(options.keep));
}
const last = lastResults(await readResults(resultsFile));
process.stderr.write(`\n${last.length} candidates' times side by side\n`);
await writePage(withTimes(last, timeModels(last.map((result) => path.join(folderOf(result), "model.onnx")))));
process.stdout.write(`best: ${names[0]}; ${path.join(options.out, "index.html")}\n`);
