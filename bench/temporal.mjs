// What --temporal brings on labelled sequences: IoU and flicker with and without it, and the time that it takes.
//
//   node bench/temporal.mjs --model tied-m-perch_drone --data ../shared/data/perch_drone [--split val]
//     [--every N] [--engine native|reference] [--settings '{"keep":0.5}' ...] [--json]
//
// Frames are neighbours where their names differ in the last digits only (up to four of them) and nothing lies between
// them. Flicker is the share of px whose class changes from one frame to the next where the label stays the same.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { openDataset } from "../dist/dataset/dataset.js";
import { readLabel } from "../dist/dataset/read-picture.js";
import { listSplit } from "../dist/dataset/split.js";
import { createEngine } from "../dist/engine/create-engine.js";
import { ConfusionMatrix } from "../dist/evaluation/confusion-matrix.js";
import { loadModel } from "../dist/model/load-model.js";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    split: { type: "string", default: "val" },
    every: { type: "string", default: "1" },
    engine: { type: "string", default: "auto" },
    settings: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
  },
});

const dataset = await openDataset(options.data);
const model = await loadModel(options.model);
const frames = (await listSplit(dataset, options.split)).filter(
  (_, index) => index % Number(options.every) === 0,
);
const choices = [undefined, true, ...options.settings.map((text) => JSON.parse(text))];
const runs = [];
for (const temporal of choices) {
  const engine = await createEngine(model, { engine: options.engine, executionProvider: "cpu", temporal });
  runs.push({ temporal, engine, sequences: new Map(), postprocessMs: [], totalMs: [] });
}

const sequenceOf = ({ name }) => name.replace(/\d{1,4}$/, "");

function newScore() {
  return {
    frames: 0,
    confusion: new ConfusionMatrix(dataset.classes.length, dataset.ignoreIndex),
    same: 0,
    changed: 0,
  };
}

function addFlicker(score, label, labelBefore, mask, maskBefore) {
  for (let px = 0; px < label.length; px++) {
    if (label[px] !== labelBefore[px] || label[px] === dataset.ignoreIndex) continue;
    score.same++;
    if (mask[px] !== maskBefore[px]) score.changed++;
  }
}

/** The runs take each frame in turns, so that what else the machine does meets all of them. */
async function score(frame, seq, label, before) {
  const { imagePath } = frame;
  const picture = {
    seq,
    stamp: { sec: 0, nanosec: 0 },
    frameId: sequenceOf(frame),
    width: label.width,
    height: label.height,
    step: 0,
    encoding: path.extname(imagePath).toLowerCase() === ".png" ? "png" : "jpeg",
    data: await readFile(imagePath),
  };
  const isNeighbour = before !== undefined && sequenceOf(before.frame) === sequenceOf(frame);
  const masks = [];
  for (const [at, run] of runs.entries()) {
    if (!isNeighbour) run.engine.forget?.();
    const mask = await run.engine.segment(picture);
    const key = sequenceOf(frame);
    if (!run.sequences.has(key)) run.sequences.set(key, newScore());
    const sequence = run.sequences.get(key);
    sequence.frames++;
    sequence.confusion.add(label.data, mask.data);
    if (isNeighbour) addFlicker(sequence, label.data, before.label.data, mask.data, before.masks[at]);
    const { preprocess, infer, postprocess } = mask.timing;
    run.postprocessMs.push(postprocess);
    run.totalMs.push(preprocess + infer + postprocess);
    masks.push(mask.data);
  }
  return { frame, label, masks };
}

function sum(scores) {
  const total = newScore();
  for (const { frames, confusion, same, changed } of scores) {
    total.frames += frames;
    total.confusion.merge(confusion);
    total.same += same;
    total.changed += changed;
  }
  return total;
}

function figures({ frames, confusion, same, changed }) {
  const [, ...iou] = confusion.iou();
  return { frames, iou, flicker: same === 0 ? null : changed / same };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

let before;
for (const [index, frame] of frames.entries()) {
  before = await score(frame, index, await readLabel(frame.labelPath), before);
  if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${frames.length} frames`);
}
for (const { engine } of runs) await engine.close();

const results = runs.map(({ temporal, engine, sequences, postprocessMs, totalMs }) => ({
  temporal: temporal === undefined ? null : engine.temporal,
  all: figures(sum(sequences.values())),
  sequences: Object.fromEntries([...sequences].map(([name, one]) => [name, figures(one)])),
  postprocessMs: median(postprocessMs),
  totalMs: median(totalMs),
}));
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
