import { Command } from "commander";
import { z } from "zod";
import type { ClassInfo } from "../core/classes.js";
import { type Dataset, openDataset } from "../dataset/dataset.js";
import { listSplit } from "../dataset/split.js";
import { createEngine } from "../engine/create-engine.js";
import type { Engine } from "../engine/engine.js";
import { meanOfKnown } from "../evaluation/centroid-distance.js";
import { type Evaluation, evaluate } from "../evaluation/evaluate.js";
import { evaluateSequences, type SequenceEvaluation } from "../evaluation/evaluate-sequences.js";
import { sequenceFrames } from "../evaluation/sequences.js";
import { chooseWorst, writeWorst } from "../evaluation/worst-frames.js";
import { loadModel } from "../model/load-model.js";
import { addEngineOptions, engineOptions } from "./engine-options.js";
import {
  addSequenceOptions,
  describeSequences,
  SEQUENCES_HELP,
  sequenceOptions,
  sequenceRule,
  sequenceTable,
} from "./eval-sequences.js";
import { checkOptions } from "./option-values.js";
import { Progress } from "./progress.js";

const evalOptions = z.strictObject({
  model: z.string({ error: "a model's name, folder or .onnx file" }).min(1),
  data: z.string({ error: "a folder with dataset.json" }).min(1),
  split: z.string().min(1).default("val"),
  manifest: z.string().min(1).optional(),
  worst: z.int().min(1).max(1000).optional(),
  worstOut: z.string().min(1).default("worst"),
  ...sequenceOptions,
  ...engineOptions,
  json: z.boolean().default(false),
});

const EXAMPLES = `
Examples:
  $ mavseg eval --model tied-m-perch_drone --data flights/perch_drone --split val
  $ mavseg eval --model tied-m-perch_drone --data flights/perch_drone --engine reference --threads 2
  $ mavseg eval --model tied-m-perch_drone --data flights/perch_drone --worst 10 --worst-out look-at-these
  $ mavseg eval --model tied-m-synth --data flights/smooth --split test --frame-digits 5 --temporal
  $ mavseg eval --model ./net.onnx --manifest net.json --data flights/hall --split test --json

IoU, rates and accuracy are in 0..1, over the px of the whole split at the labels' full size; px with the ignore value
do not count. Rows of the confusion matrix are labels, columns predictions.
${SEQUENCES_HELP}`;

export function createCommand(): Command {
  const command = new Command("eval").description(
    "Score a model on labelled frames: IoU per class, and what it takes for what.",
  );
  addEngineOptions(command)
    .option("--model <name|dir|file>", "the model to score")
    .option("--data <dir>", "labelled frames: a folder with dataset.json")
    .option("--split <name>", "which of its splits (default: val)")
    .option("--manifest <file>", "JSON with what the model's file does not say of itself")
    .option("--worst <n>", "write pictures of the worst frames: image, label and mask side by side", Number)
    .option("--worst-out <dir>", "folder for them (default: worst)");
  return addSequenceOptions(command)
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => {
      await run(checkOptions(evalOptions, flags));
    });
}

async function run(options: z.infer<typeof evalOptions>): Promise<void> {
  const { split, json, worst, worstOut } = options;
  const rule = sequenceRule(options, worst !== undefined);
  const dataset = await openDataset(options.data);
  const frames = await listSplit(dataset, split);
  const sequenced = rule && sequenceFrames(frames, rule);
  const loaded = await loadModel(options.model, { manifestFile: options.manifest });
  const engine = await createEngine(loaded, { ...options, log, progress: log });
  const progress = new Progress("scoring");
  const onFrame = (done: number) =>
    progress.update(done / frames.length, `${done} of ${frames.length} frames`);
  try {
    const evaluation = sequenced
      ? await evaluateSequences(engine, dataset, sequenced, onFrame)
      : await evaluate(engine, dataset, frames, onFrame);
    const scores = describe(engine, dataset, split, frames.length, evaluation);
    const sequences = isOfSequences(evaluation) ? describeSequences(evaluation, dataset.classes) : undefined;
    const result = sequences ? { ...scores, temporal: engine.temporal ?? null, ...sequences } : scores;
    if (worst !== undefined) {
      const files = await writeWorst(engine, dataset, chooseWorst(evaluation.frames, worst), worstOut);
      log(`${files.length} of the worst frames are in ${worstOut}`);
    }
    const tables = [table(scores, dataset.classes)];
    if (sequences) tables.push(sequenceTable(sequences, scores.iou, dataset.classes));
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : tables.join("\n"));
  } finally {
    progress.done();
    await engine.close();
  }
}

function isOfSequences(evaluation: Evaluation): evaluation is SequenceEvaluation {
  return "sequences" in evaluation;
}

const log = (message: string) => process.stderr.write(`${message}\n`);

type Result = ReturnType<typeof describe>;

/** The keys up to `confusion` are a promise to scripts; what follows them may grow. */
function describe(engine: Engine, dataset: Dataset, split: string, images: number, scores: Evaluation) {
  const byName = (values: readonly (number | null)[]) =>
    Object.fromEntries(dataset.classes.map(({ id, name }) => [name, values[id] ?? null]));
  const { confusion, centroidDistancePx } = scores;
  const iou = confusion.iou();
  return {
    model: engine.manifest.name,
    split,
    images,
    iou: byName(iou),
    mIoU: confusion.meanIoU(),
    pixelAccuracy: confusion.pixelAccuracy(),
    confusion: confusion.rows(),
    mIoUWithoutBackground: meanOfKnown(iou.slice(1)),
    falseNegativeRate: byName(confusion.falseNegativeRate()),
    falsePositiveRate: byName(confusion.falsePositiveRate()),
    centroidDistancePx: byName(centroidDistancePx),
    unansweredPx: [...confusion.unanswered],
    dataset: dataset.name,
    modelSha256: engine.modelSha256,
  };
}

const COLUMN_WIDTH = 12;

function table(result: Result, classes: readonly ClassInfo[]): string {
  const nameWidth = Math.max(...classes.map(({ name }) => name.length), "label \\ said".length) + 1;
  const line = (head: string, cells: readonly string[]) =>
    `${head.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(Math.max(COLUMN_WIDTH, cell.length + 2))).join("")}`;
  const number = (value: number | null | undefined, digits: number) => value?.toFixed(digits) ?? "-";
  const { iou, falseNegativeRate, falsePositiveRate, centroidDistancePx } = result;
  return [
    `${result.model} on ${result.images} frames of ${result.dataset}, ${result.split}`,
    "",
    line("class", ["IoU", "missed", "false alarm", "centroid px"]),
    ...classes.map(({ name }) =>
      line(name, [
        number(iou[name], 4),
        number(falseNegativeRate[name], 4),
        number(falsePositiveRate[name], 4),
        number(centroidDistancePx[name], 2),
      ]),
    ),
    "",
    `mIoU ${number(result.mIoU, 4)}, without ${classes[0]!.name} ${number(result.mIoUWithoutBackground, 4)}, pixel accuracy ${number(result.pixelAccuracy, 4)}`,
    "",
    line(
      "label \\ said",
      classes.map(({ name }) => name),
    ),
    ...classes.map(({ id, name }) => line(name, result.confusion[id]!.map(String))),
    "",
  ].join("\n");
}
