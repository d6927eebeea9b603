// JPEG frames through the native engine, decoded by libjpeg-turbo on the engine's thread and by sharp on libuv's: decoding
// alone, frame to mask with one frame in flight (a stream), and time per frame with two in flight (a folder of pictures).
// Both ways run in turns; what counts is the ratio of times of the same round. Uses the built dist/.
//
//   node bench/jpeg.mjs --model tied-m-perch_drone --images flight/
//   node bench/jpeg.mjs --model tied-m-tn_penstock           (a drawn frame)
import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { Random } from "../dist/core/random.js";
import { createEngine } from "../dist/engine/create-engine.js";
import { openTurbojpeg, turbojpegLibrary } from "../dist/engine/native/turbojpeg.js";
import { loadModel } from "../dist/model/load-model.js";

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: "tied-m-perch_drone" },
    images: { type: "string" },
    frames: { type: "string", default: "8" },
    rounds: { type: "string", default: "8" },
    threads: { type: "string", default: "2" },
  },
});

/** Smooth light with a little noise, as a camera writes it: quality 90, chroma at half the size. */
async function drawFile() {
  const [width, height] = [1280, 1024];
  const random = new Random(1);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const light = 120 + 60 * Math.sin(x / 200) * Math.cos(y / 260);
      for (let c = 0; c < 3; c++) data[to++] = light + 8 * c + random.uniform(-6, 6);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

async function readFiles(folder) {
  if (folder === undefined) return [await drawFile()];
  const names = readdirSync(folder).filter((name) => /\.jpe?g$/i.test(name));
  return names.slice(0, Number(options.frames)).map((name) => readFileSync(path.join(folder, name)));
}

async function asFrame(data, seq) {
  const { width, height } = await sharp(data).metadata();
  return {
    seq,
    stamp: { sec: 0, nanosec: 0 },
    frameId: "bench",
    width,
    height,
    step: 0,
    encoding: "jpeg",
    data,
  };
}

/** @returns ms of decoding and from frame to mask of every frame, and ms per frame with two in flight */
async function runRound(engine, frames) {
  const times = { decode: [], mask: [] };
  for (const frame of frames) {
    const start = performance.now();
    const mask = await engine.segment(frame);
    times.mask.push(performance.now() - start);
    times.decode.push(mask.timing.decode);
    mask.release?.();
  }
  const start = performance.now();
  let before;
  for (const frame of frames) {
    const answer = engine.segment(frame);
    (await before)?.release?.();
    before = answer;
  }
  (await before).release?.();
  return { ...times, "two in flight": [(performance.now() - start) / frames.length] };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const model = await loadModel(options.model);
const library = openTurbojpeg(turbojpegLibrary());
if (library.file === null) throw new Error(`nothing to compare: ${library.reason}`);
const open = () =>
  createEngine(model, { engine: "native", executionProvider: "cpu", threads: Number(options.threads) });
const turbojpeg = await open();
// An engine takes the library's name when it is created: this one finds none and goes by sharp.
process.env.MAVSEG_TURBOJPEG = "/none";
const engines = { sharp: await open(), turbojpeg };
const frames = await Promise.all((await readFiles(options.images)).map(asFrame));

const all = {};
const ratios = {};
for (let round = -1; round < Number(options.rounds); round++) {
  const medians = {};
  for (const [way, engine] of Object.entries(engines)) {
    for (const [what, values] of Object.entries(await runRound(engine, frames))) {
      // The first round fills caches.
      if (round < 0) continue;
      all[what] ??= { sharp: [], turbojpeg: [] };
      all[what][way].push(...values);
      medians[what] ??= {};
      medians[what][way] = median(values);
    }
  }
  for (const [what, { sharp, turbojpeg }] of Object.entries(medians)) {
    ratios[what] ??= [];
    ratios[what].push(sharp / turbojpeg);
  }
}
for (const engine of Object.values(engines)) await engine.close();

const { colour } = model.manifest.input;
const bytes = frames.reduce((sum, { data }) => sum + data.length, 0) / frames.length;
process.stdout.write(
  `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, load ${os.loadavg()[0]?.toFixed(1)}; ` +
    `node ${process.versions.node}, sharp ${sharp.versions.sharp}, ${library.file}\n` +
    `${options.model} (${colour}), ${options.threads} threads; ${frames.length} frames of ` +
    `${frames[0].width}x${frames[0].height} px, ${(bytes / 1000).toFixed(0)} kB on average\n`,
);
for (const [what, { sharp, turbojpeg }] of Object.entries(all)) {
  const text = (values) =>
    `${median(values).toFixed(2)} ms (min ${Math.min(...values).toFixed(2)})`.padEnd(24);
  process.stdout.write(
    `${what.padEnd(14)} sharp ${text(sharp)} libjpeg-turbo ${text(turbojpeg)} ratio ${median(ratios[what]).toFixed(2)}\n`,
  );
}
