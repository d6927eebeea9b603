// Time of nets alone, under ONNX Runtime and as mavseg runs them (its own kernels, where a net is of the tied family),
// beside MAVNet under ONNX Runtime in the same run: node bench/net-time.mjs MODEL... [--json]
// Rounds are interleaved, so that drift of the machine hits all alike; medians, minima and the ratio of each round's
// pair are printed. MAVNet gets random weights: its time does not depend on them. Its few channels fill a fraction of
// onnxruntime's blocked layout, so it runs without that one as well: whoever would fly it would take the faster.
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-node";
import { stampNow } from "../dist/core/stamp.js";
import { createEngine } from "../dist/engine/create-engine.js";
import { sayKernels } from "../dist/engine/kernels.js";
import { loadModel } from "../dist/model/load-model.js";
import { encodeModel } from "../dist/model/onnx-proto.js";
import { createNet } from "../dist/nets/create-net.js";
import { writeNet } from "../dist/onnx/write-net.js";
import { WeightLayout } from "../dist/training/net/weights.js";

const { values: options, positionals: models } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "1024" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "30" },
    json: { type: "boolean", default: false },
  },
});
if (models.length === 0) {
  process.stderr.write(
    "usage: node bench/net-time.mjs MODEL... [--width 1280 --height 1024 --threads 2 --rounds 30]\n",
  );
  process.exit(2);
}
const [width, height, threads, rounds] = ["width", "height", "threads", "rounds"].map((key) =>
  Number(options[key]),
);
const sessionOptions = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: "sequential" };

async function entry(name, bytes, channels, input, moreOptions = {}) {
  const pixels = Float32Array.from(
    { length: channels * width * height },
    (_, i) => ((i * 7919) % 255) / 255 - 0.5,
  );
  const session = await ort.InferenceSession.create(bytes, { ...sessionOptions, ...moreOptions });
  const feeds = { [input]: new ort.Tensor("float32", pixels, [1, channels, height, width]) };
  const run = async () => {
    const startedMs = performance.now();
    await session.run(feeds);
    return performance.now() - startedMs;
  };
  return { name, kernels: "onnxruntime", run, ms: [] };
}

/** As `mavseg run` runs the model: what its masks tell as the time of the net. */
async function engineEntry(model) {
  const engine = await createEngine(model, { executionProvider: "cpu", threads });
  const isGrey = model.manifest.input.colour === "grey";
  const step = isGrey ? width : 3 * width;
  const data = Uint8Array.from({ length: step * height }, (_, i) => (i * 7919) % 255);
  let seq = 0;
  const run = async () => {
    const frame = { seq: seq++, stamp: stampNow(), frameId: "bench", width, height, step, data };
    const mask = await engine.segment({ ...frame, encoding: isGrey ? "mono8" : "bgr8" });
    mask.release?.();
    return mask.timing.infer;
  };
  return { name: model.manifest.name, kernels: `mavseg (${sayKernels(engine)})`, run, ms: [], engine };
}

function mavnetBytes(classCount) {
  const net = createNet("mavnet", 3, classCount);
  const layout = new WeightLayout(net);
  return encodeModel(writeNet(net, layout.byName(layout.initial(1)), {}, "0"));
}

const mavnet = mavnetBytes(2);
const entries = [
  await entry("mavnet", mavnet, 3, "image"),
  await entry("mavnet, plain layout", mavnet, 3, "image", { graphOptimizationLevel: "extended" }),
];
for (const model of models) {
  const loaded = await loadModel(model);
  const { bytes, manifest } = loaded;
  entries.push(
    await entry(manifest.name, bytes, manifest.input.colour === "grey" ? 1 : 3, manifest.input.name),
    await engineEntry(loaded),
  );
}

const WARM_UP_ROUNDS = 3;
/**
 * onnxruntime's threads spin on for tens of milliseconds, on the cores that the next entry wants: right behind one another
 * nets take up to three times as long as alone. A camera leaves such a pause too.
 */
const PAUSE_MS = 100;
for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
  for (const { run, ms } of entries) {
    await sleep(PAUSE_MS);
    const took = await run();
    if (round >= 0) ms.push(took);
  }
}
for (const { engine } of entries) await engine?.close();

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = entries.map(({ name, kernels, ms }) => ({
  name,
  kernels,
  medianMs: median(ms),
  minMs: Math.min(...ms),
  timesFasterThanMavnet: median(ms.map((value, round) => entries[0].ms[round] / value)),
  timesFasterThanMavnetInPlainLayout: median(ms.map((value, round) => entries[1].ms[round] / value)),
}));
const machine = `${os.cpus()[0].model.trim()}, ${os.cpus().length} logical cores`;
const run = {
  machine,
  node: process.version,
  onnxruntime: ort.env.versions.node,
  threads,
  width,
  height,
  rounds,
  rows,
};
if (options.json) {
  process.stdout.write(`${JSON.stringify(run)}\n`);
} else {
  process.stdout.write(
    `${machine}; node ${run.node}, onnxruntime-node ${run.onnxruntime}; ${threads} threads, `,
  );
  process.stdout.write(`${width}x${height}, ${rounds} interleaved rounds\n`);
  for (const {
    name,
    kernels,
    medianMs,
    minMs,
    timesFasterThanMavnet,
    timesFasterThanMavnetInPlainLayout,
  } of rows) {
    const ratio = `${timesFasterThanMavnet.toFixed(1)}x, ${timesFasterThanMavnetInPlainLayout.toFixed(1)}`;
    process.stdout.write(
      `${name.padEnd(22)} ${kernels.padEnd(24)} median ${medianMs.toFixed(2)} ms  min ${minMs.toFixed(2)} ms  ${ratio}x\n`,
    );
  }
}
