// Compares variants of a net or a recipe fairly: each with the same steps and the same seeds, calibrated and scored on val.
// Results go to results.jsonl in --out; the same command goes on where it was stopped.
//
//   node scripts/ablation.mjs --model tied-s-perch_drone --data ../shared/data/perch_drone \
//     --variants scripts/ablation/tying.json --epochs 12 --seeds 1,2,3 --out runs/tying
//
// --model names the recipe (scripts/zoo/recipes.mjs) whose net and training options all variants share; its net options and
// its teacher are left to the variants. One with "teacher": true learns from the run that --teacher names.
// The list: [{ "variant": "untied", "train": ["--net", "tied-s", "--net-option", "tie=none"] }, ...]
import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { summaryTable } from "./ablation/summary.mjs";
import { readResults } from "./read-results.mjs";
import { mavseg } from "./run-program.mjs";
import { RECIPES } from "./zoo/recipes.mjs";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    variants: { type: "string" },
    epochs: { type: "string", default: "12" },
    teacher: { type: "string" },
    seeds: { type: "string", default: "1,2,3" },
    out: { type: "string", default: "runs/ablation" },
  },
});
const recipe = RECIPES[options.model];
if (recipe === undefined || options.data === undefined || options.variants === undefined) {
  process.stderr.write(
    `missing --data or --variants, or --model is none of ${Object.keys(RECIPES).join(", ")}\n`,
  );
  process.exit(2);
}
const variants = JSON.parse(await readFile(options.variants, "utf8"));
if (options.teacher === undefined && variants.some(({ teacher }) => teacher)) {
  process.stderr.write("a variant has a teacher: name its run by --teacher\n");
  process.exit(2);
}
const resultsFile = path.join(options.out, "results.jsonl");

function measure({ variant, train, teacher = false }, seed) {
  const folder = path.join(options.out, `${variants.findIndex((one) => one.variant === variant)}-${seed}`);
  const model = path.join(folder, "model.onnx");
  const { data, epochs } = options;
  const own = teacher ? [...train, "--teacher", options.teacher] : train;
  // A variant's own options come last: they win over the recipe's.
  const choices = ["--net", recipe.net, ...recipe.train, ...own];
  mavseg("train", "--data", data, "--epochs", epochs, "--seed", String(seed), ...choices, "--out", folder);
  mavseg("export", "--run", folder, "--out", model, "--name", "candidate");
  const score = JSON.parse(mavseg("eval", "--model", model, "--data", data, "--split", "val", "--json"));
  const { exportedParameters } = JSON.parse(mavseg("describe", "--model", model, "--json"));
  return {
    variant,
    seed,
    epochs: Number(epochs),
    iou: score.mIoUWithoutBackground,
    ofClasses: score.iou,
    parameters: exportedParameters,
  };
}

await mkdir(options.out, { recursive: true });
for (const seed of options.seeds.split(",").map(Number)) {
  for (const entry of variants) {
    const results = await readResults(resultsFile);
    if (results.some((known) => known.variant === entry.variant && known.seed === seed)) continue;
    process.stderr.write(`\n${entry.variant}, seed ${seed}\n`);
    const result = measure(entry, seed);
    await appendFile(resultsFile, `${JSON.stringify(result)}\n`);
    process.stdout.write(`${entry.variant}, seed ${seed}: ${(result.iou * 100).toFixed(2)} %\n`);
  }
}
process.stdout.write(`\n${summaryTable(await readResults(resultsFile))}\n`);
