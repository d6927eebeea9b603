// Frame to mask of both engines beside onnxruntime-node's bare run of the same model and beside Python with onnxruntime
// and OpenCV, 1280x1024 bgr8, interleaved. A round runs each of them in turn; what counts is the ratio of times of the
// same round. "Native, stock kernels" is the native engine with the net on onnxruntime, as nets outside the tied family
// run. MAVNet, the reference system, runs in Python the better way. Uses the built dist/.
//
//   npm run bench:engine -- --model tied-m-perch_drone --threads 2
//   npm run bench:engine -- --net tied-s          (random weights: the time does not depend on them, the mask does)
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import ort from "onnxruntime-node";
import { Random } from "../dist/core/random.js";
import { createEngine } from "../dist/engine/create-engine.js";
import { NativeEngine } from "../dist/engine/native/native-engine.js";
import { planGeometry } from "../dist/engine/reference/geometry.js";
import { loadModel } from "../dist/model/load-model.js";
import { startPythonPeer } from "./peers/python-peer.mjs";
import { writeRandomModel } from "./random-model.mjs";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    net: { type: "string", default: "tied-m" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "12" },
    runs: { type: "string", default: "6" },
    "skip-python": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const threads = Number(options.threads);
const WIDTH = 1280;
const HEIGHT = 1024;
/** Until the threads of the runner before sleep again: onnxruntime's wait awake for some milliseconds. */
const REST_MS = 30;

/** A bright hall with a dark spot and a little noise: long runs of one class, as camera pictures give. */
function drawFrame() {
  const random = new Random(1);
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0, to = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const isSpot = (x - 500) ** 2 + (y - 400) ** 2 < 90 ** 2;
      const base = isSpot ? 40 : 120 + 60 * Math.sin(x / 200) * Math.cos(y / 260);
      for (let c = 0; c < 3; c++) data[to++] = base + 8 * c + random.uniform(-4, 4);
    }
  }
  const stamp = { sec: 0, nanosec: 0 };
  return {
    seq: 0,
    stamp,
    frameId: "bench",
    width: WIDTH,
    height: HEIGHT,
    step: WIDTH * 3,
    encoding: "bgr8",
    data,
  };
}

/**
 * The bare run: a prepared tensor in, logits out into the same memory every time, nothing else.
 * @param spins whether threads wait awake between layers: onnxruntime's own default, and not what the native engine does
 */
async function bareRun(model, spins) {
  const session = await ort.InferenceSession.create(model.bytes, {
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: spins ? "1" : "0" } } },
  });
  const { input, output } = model.manifest;
  const { x, y } = planGeometry(model.manifest, WIDTH, HEIGHT);
  const channels = input.colour === "grey" ? 1 : 3;
  const dims =
    input.layout === "NCHW" ? [1, channels, y.tensor, x.tensor] : [1, y.tensor, x.tensor, channels];
  const random = new Random(2);
  const data = Float32Array.from({ length: channels * x.tensor * y.tensor }, () => random.uniform(-1, 1));
  const feeds = { [input.name]: new ort.Tensor("float32", data, dims) };
  let fetched = null;
  return timed(async () => {
    fetched = (await session.run(feeds, { [output.name]: fetched }))[output.name];
  });
}

/** @returns what measures so many runs one after the other: their durations in ms */
function timed(run) {
  return async (runs) => {
    const durations = [];
    for (let index = 0; index < runs; index++) {
      const start = performance.now();
      await run();
      durations.push(performance.now() - start);
    }
    return durations;
  };
}

function engineRun(engine, frame, timings) {
  return timed(async () => {
    const mask = await engine.segment(frame);
    timings?.push(mask.timing);
    mask.release?.();
  });
}

/** The Python peers: the model two ways, and MAVNet the better way. */
async function startPeers(model, mavnet, frame) {
  const frameFile = path.join(folder, "frame.bin");
  await writeFile(frameFile, frame.data);
  const start = (way, { path: file, manifest }) => {
    const { colour, mean, std, scale } = manifest.input;
    const size = { width: WIDTH, height: HEIGHT, threads };
    const net = { model: file, colour, mean, std, scale, classes: manifest.classes.length };
    return startPythonPeer({ way, frame: frameFile, ...size, ...net });
  };
  return {
    "Python, plain": await start("plain", model),
    "Python, best": await start("best", model),
    "MAVNet in Python, best": await start("best", mavnet),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function measure(runners) {
  const rounds = Number(options.rounds);
  const runs = Number(options.runs);
  const ms = Object.fromEntries(Object.keys(runners).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, measureRuns] of Object.entries(runners)) {
      await sleep(REST_MS);
      const durations = await measureRuns(runs);
      // The first round fills caches and makes plans.
      if (round >= 0) ms[name].push(median(durations));
    }
  }
  return ms;
}

const cpuInfo = () => {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
};

const folder = await mkdtemp(path.join(os.tmpdir(), "mavseg-bench-"));
try {
  const model = await loadModel(options.model ?? (await writeRandomModel(folder, options.net)));
  const native = await createEngine(model, { engine: "native", executionProvider: "cpu", threads });
  const stock = await NativeEngine.create(model, { threads, fused: false });
  const reference = await createEngine(model, { engine: "reference", executionProvider: "cpu", threads });
  const frame = drawFrame();
  const stages = [];
  const mavnet = await loadModel(await writeRandomModel(folder, "mavnet"));
  const peers = options["skip-python"] ? {} : await startPeers(model, mavnet, frame);
  const runners = {
    "bare run": await bareRun(model, true),
    "bare run, no spinning": await bareRun(model, false),
    "native, frame to mask": engineRun(native, frame, stages),
    "native, stock kernels": engineRun(stock, frame),
    "reference, frame to mask": engineRun(reference, frame),
    ...Object.fromEntries(Object.entries(peers).map(([name, peer]) => [name, peer.measure])),
  };
  const ms = await measure(runners);
  const ratio = (values, others) => median(values.map((value, round) => value / others[round]));
  const rows = Object.entries(ms).map(([name, values]) => ({
    name,
    medianMs: median(values),
    minMs: Math.min(...values),
    ratioToBare: ratio(values, ms["bare run"]),
    ratioToBareNoSpinning: ratio(values, ms["bare run, no spinning"]),
    ratioToNative: ratio(values, ms["native, frame to mask"]),
  }));
  const stageMs = Object.fromEntries(
    ["preprocess", "infer", "postprocess"].map((stage) => [
      stage,
      median(stages.map((timing) => timing[stage])),
    ]),
  );
  const flags = ["avx2", "avx512f", "avx512bw", "asimd"].filter((flag) => cpuInfo().includes(` ${flag}`));
  const machine = {
    cpu: os.cpus()[0]?.model.trim(),
    cores: os.availableParallelism(),
    flags,
    loadAverage: os.loadavg()[0],
    node: process.version,
    onnxruntime: native.ortVersion,
    python: Object.values(peers)[0]?.versions ?? null,
    threads,
    kernels: native.kernels,
  };
  const result = { model: model.manifest.name, machine, rows, nativeStageMs: stageMs };
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    const write = (line) => process.stdout.write(`${line}\n`);
    write(`${result.model}, ${WIDTH}x${HEIGHT} bgr8, ${options.rounds} rounds of ${options.runs}`);
    write(JSON.stringify(machine));
    write(
      `${"".padEnd(30)}${"median".padStart(11)}${"minimum".padStart(11)}  of bare  of bare, no spinning  of native`,
    );
    for (const row of rows) {
      const figures = [row.medianMs, row.minMs]
        .map((value) => `${value.toFixed(2)} ms`.padStart(11))
        .join("");
      const ratios = [row.ratioToBare, row.ratioToBareNoSpinning, row.ratioToNative].map((value, column) =>
        `x${value.toFixed(2)}`.padStart([9, 23, 11][column]),
      );
      write(`${row.name.padEnd(30)}${figures}${ratios.join("")}`);
    }
    write(
      `median stages of native, ms: ${JSON.stringify(stageMs, (_, v) => (typeof v === "number" ? +v.toFixed(3) : v))}`,
    );
  }
  await Promise.all([native, stock, reference, ...Object.values(peers)].map((runner) => runner.close()));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
