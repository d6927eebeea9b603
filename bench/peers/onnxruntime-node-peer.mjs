// Frame to mask with onnxruntime-node the usual way: everything on the JS thread, pixels by sharp or by a loop, whichever
// is faster, and the mask by a loop. How it is called: peer.py.
import { readFileSync, writeFileSync } from "node:fs";
import readline from "node:readline";
import ort from "onnxruntime-node";
import sharp from "sharp";

const task = JSON.parse(process.argv[2]);
const { width, height, threads, scale, mean, std, classes } = task;
const isGrey = task.colour === "grey";
const channels = isGrey ? 1 : 3;
const pixelCount = width * height;
/** As peer.py's. */
const TRIALS = 6;
/** ITU-R BT.601, full range, in the order of bgr8. */
const LUMA = [0.114, 0.587, 0.299];

sharp.concurrency(threads);
const session = await ort.InferenceSession.create(task.model, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
});

function readFrames() {
  const bytes = readFileSync(task.frame);
  const size = pixelCount * 3;
  return Array.from({ length: bytes.length / size }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** bgr8 -> float32 [1,c,h,w] in one loop. */
function tensorByLoop() {
  const data = new Float32Array(channels * pixelCount);
  return (bgr) => {
    if (isGrey) {
      for (let pixel = 0, at = 0; pixel < pixelCount; pixel++, at += 3) {
        const luma = Math.round(bgr[at] * LUMA[0] + bgr[at + 1] * LUMA[1] + bgr[at + 2] * LUMA[2]);
        data[pixel] = (luma * scale - mean[0]) / std[0];
      }
    } else {
      for (let pixel = 0, at = 0; pixel < pixelCount; pixel++, at += 3) {
        data[pixel] = (bgr[at + 2] * scale - mean[0]) / std[0];
        data[pixelCount + pixel] = (bgr[at + 1] * scale - mean[1]) / std[1];
        data[2 * pixelCount + pixel] = (bgr[at] * scale - mean[2]) / std[2];
      }
    }
    return data;
  };
}

/** bgr8 -> float32 [1,c,h,w]: colours by sharp, then normalised plane by plane. */
function tensorBySharp() {
  const data = new Float32Array(channels * pixelCount);
  const matrix = isGrey
    ? [LUMA, LUMA, LUMA]
    : [
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 0],
      ];
  return async (bgr) => {
    const picture = sharp(bgr, { raw: { width, height, channels: 3 } }).recomb(matrix);
    if (isGrey) picture.extractChannel(0);
    const bytes = await picture.raw().toBuffer();
    for (let c = 0; c < channels; c++) {
      const [factor, offset, plane] = [scale / std[c], mean[c] / std[c], c * pixelCount];
      for (let pixel = 0, at = c; pixel < pixelCount; pixel++, at += channels) {
        data[plane + pixel] = bytes[at] * factor - offset;
      }
    }
    return data;
  };
}

/** Where each output px lies between two input px, with half-pixel centres. */
function taps(outputs, inputs) {
  return Array.from({ length: outputs }, (_, output) => {
    const position = Math.min(inputs - 1, Math.max(0, ((output + 0.5) * inputs) / outputs - 0.5));
    const first = Math.floor(position);
    return { first, second: Math.min(first + 1, inputs - 1), share: position - first };
  });
}

/** float32 logits [1,c,h/stride,w/stride] -> uint8 mask: bilinear and argmax in one loop. */
function maskByLoop() {
  let across;
  return ({ data, dims: [, , rows, columns] }) => {
    across ??= taps(width, columns);
    const down = taps(height, rows);
    const mask = new Uint8Array(pixelCount);
    const line = new Float32Array(classes * columns);
    for (let y = 0, to = 0; y < height; y++) {
      const { first, second, share } = down[y];
      for (let c = 0; c < classes; c++) {
        const plane = c * rows * columns;
        for (let x = 0; x < columns; x++) {
          const above = data[plane + first * columns + x];
          line[c * columns + x] = above + share * (data[plane + second * columns + x] - above);
        }
      }
      for (let x = 0; x < width; x++) mask[to++] = bestClass(line, columns, across[x]);
    }
    return mask;
  };
}

function bestClass(line, columns, { first, second, share }) {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let c = 0, at = 0; c < classes; c++, at += columns) {
    const left = line[at + first];
    const value = left + share * (line[at + second] - left);
    if (value > highest) {
      highest = value;
      best = c;
    }
  }
  return best;
}

function prepare(toTensor, toMask) {
  const [input, output] = [session.inputNames[0], session.outputNames[0]];
  return async (bgr) => {
    const tensor = new ort.Tensor("float32", await toTensor(bgr), [1, channels, height, width]);
    return toMask((await session.run({ [input]: tensor }))[output]);
  };
}

async function durationMs(segment, frame) {
  const start = performance.now();
  await segment(frame);
  return performance.now() - start;
}

async function tryAll(frame) {
  const tried = [];
  for (const [name, toTensor] of [
    ["pixels by sharp", tensorBySharp()],
    ["pixels by a loop", tensorByLoop()],
  ]) {
    const segment = prepare(toTensor, maskByLoop());
    let ms = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < TRIALS; trial++) ms = Math.min(ms, await durationMs(segment, frame));
    tried.push({ ms, segment, name });
  }
  return tried.toSorted((a, b) => a.ms - b.ms);
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const frames = readFrames();
const tried = await tryAll(frames[0]);
const [{ segment, name }] = tried;
if (task.masks !== undefined) {
  const masks = [];
  for (const frame of frames) masks.push(await segment(frame));
  writeFileSync(task.masks, Buffer.concat(masks));
}
const versions = `onnxruntime-node ${ort.env.versions.node}, sharp ${sharp.versions.sharp}, Node ${process.versions.node}`;
const trialsMs = Object.fromEntries(tried.map(({ name, ms }) => [name, ms]));
answer({ versions, configuration: name, trialsMs, failures: [] });
let at = 0;
for await (const line of readline.createInterface({ input: process.stdin })) {
  const durations = [];
  for (let run = 0; run < Number(line); run++) {
    durations.push(await durationMs(segment, frames[at++ % frames.length]));
  }
  answer(durations);
}
