// Time of nets alone under ONNX Runtime, beside MAVNet in the same run: node bench/net-time.mjs MODEL... [--json]
// Rounds are interleaved, so that drift of the machine hits all alike; medians, minima and the ratio of each round's
// pair are printed. MAVNet gets random weights: its time does not depend on them. Its few channels fill a fraction of
// onnxruntime's blocked layout, so it runs without that one as well: whoever would fly it would take the faster.
import os from "node:os";
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-node";
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
  return {
    name,
    session: await ort.InferenceSession.create(bytes, { ...sessionOptions, ...moreOptions }),
    feeds: { [input]: new ort.Tensor("float32", pixels, [1, channels, height, width]) },
    ms: [],
  };
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
  const { bytes, manifest } = await loadModel(model);
  entries.push(
    await entry(manifest.name, bytes, manifest.input.colour === "grey" ? 1 : 3, manifest.input.name),
  );
}

const WARM_UP_ROUNDS = 3;
for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
  for (const { session, feeds, ms } of entries) {
    const startedMs = performance.now();
    await session.run(feeds);
    if (round >= 0) ms.push(performance.now() - startedMs);
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = entries.map(({ name, ms }) => ({
  name,
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
  for (const { name, medianMs, minMs, timesFasterThanMavnet, timesFasterThanMavnetInPlainLayout } of rows) {
    const ratio = `${timesFasterThanMavnet.toFixed(1)}x, ${timesFasterThanMavnetInPlainLayout.toFixed(1)}`;
    process.stdout.write(
      `${name.padEnd(28)} median ${medianMs.toFixed(2)} ms  min ${minMs.toFixed(2)} ms  ${ratio}x\n`,
    );
  }
}
