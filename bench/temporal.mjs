// What --temporal brings on labelled sequences: IoU and flicker with and without it, and the time that it takes.
//
//   node bench/temporal.mjs --model tied-m-perch_drone --data ../shared/data/perch_drone [--split val]
//     [--frame-digits 4] [--max-step N] [--every N] [--engine native|reference] [--settings '{"keep":0.5}' ...] [--json]
//
// IoU and flicker are those of `mavseg eval --frame-digits 4 --max-step N`, with and without --temporal. Unless --max-step
// is set, frames of a sequence are neighbours however far apart they are: to see what that costs, too.
import { parseArgs } from "node:util";
import { openDataset } from "../dist/dataset/dataset.js";
import { readLabel } from "../dist/dataset/read-picture.js";
import { listSplit } from "../dist/dataset/split.js";
import { createEngine } from "../dist/engine/create-engine.js";
import { SequenceScorer } from "../dist/evaluation/evaluate-sequences.js";
import { sequenceFrames } from "../dist/evaluation/sequences.js";
import { loadModel } from "../dist/model/load-model.js";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    split: { type: "string", default: "val" },
    "frame-digits": { type: "string", default: "4" },
    "max-step": { type: "string", default: String(Number.MAX_SAFE_INTEGER) },
    every: { type: "string", default: "1" },
    engine: { type: "string", default: "auto" },
    settings: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
  },
});

const dataset = await openDataset(options.data);
const model = await loadModel(options.model);
const frames = sequenceFrames(
  (await listSplit(dataset, options.split)).filter((_, index) => index % Number(options.every) === 0),
  { frameDigits: Number(options["frame-digits"]), maxStep: Number(options["max-step"]) },
);
const choices = [undefined, true, ...options.settings.map((text) => JSON.parse(text))];
const runs = [];
for (const temporal of choices) {
  const engine = await createEngine(model, { engine: options.engine, executionProvider: "cpu", temporal });
  const scorer = new SequenceScorer(engine, dataset);
  runs.push({ temporal, engine, scorer, postprocessMs: [], totalMs: [] });
}

function figures(frames, confusion, flicker) {
  const [, ...iou] = confusion.iou();
  return { frames, iou, flicker: flicker.share() };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

for (const [index, frame] of frames.entries()) {
  const label = await readLabel(frame.frame.labelPath);
  // The runs take each frame in turns, so that what else the machine does meets all of them.
  for (const { scorer, postprocessMs, totalMs } of runs) {
    const { preprocess, infer, postprocess } = (await scorer.score(frame, label)).timing;
    postprocessMs.push(postprocess);
    totalMs.push(preprocess + infer + postprocess);
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${frames.length} frames`);
}
for (const { engine } of runs) await engine.close();

const results = runs.map(({ temporal, engine, scorer, postprocessMs, totalMs }) => {
  const { confusion, flicker, sequences } = scorer.result();
  return {
    temporal: temporal === undefined ? null : engine.temporal,
    all: figures(frames.length, confusion, flicker),
    sequences: Object.fromEntries(
      sequences.map((one) => [one.name, figures(one.frames, one.confusion, one.flicker)]),
    ),
    postprocessMs: median(postprocessMs),
    totalMs: median(totalMs),
  };
});
if (options.json) {
  process.stdout.write(`${JSON.stringify(results)}\n`);
} else {
  const names = dataset.classes.slice(1).map(({ name }) => name);
  const cell = ({ iou, flicker }) =>
    `${iou.map((value) => (100 * (value ?? Number.NaN)).toFixed(2)).join("/")} ${((flicker ?? Number.NaN) * 1e4).toFixed(2)}`;
  process.stdout.write(`IoU in % (${names.join("/")}) and flicker in px of 10,000; median ms\n`);
  for (const { temporal, all, sequences, postprocessMs, totalMs } of results) {
    const name = temporal === null ? "off" : Object.values(temporal).join(" ");
    const parts = Object.entries(sequences).map(([key, one]) => `${key}: ${cell(one)}`);
    const times = `${totalMs.toFixed(2)} ms, of it after the net ${postprocessMs.toFixed(2)}`;
    process.stdout.write(`${name} | all ${cell(all)} | ${parts.join(" | ")} | ${times}\n`);
  }
}
