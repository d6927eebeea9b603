// onnxruntime's two layouts of maps beside each other, by the nets' channels: node bench/layouts.mjs [--threads 2]
// What decision 0012 rests on. Runs are interleaved; printed is the time in the plain layout by that in the blocked one, of
// minima and of medians. Weights are random: the time does not depend on them.
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-node";
import { encodeModel } from "../dist/model/onnx-proto.js";
import { createNet } from "../dist/nets/create-net.js";
import { NetBuilder } from "../dist/nets/net-builder.js";
import { writeNet } from "../dist/onnx/write-net.js";
import { WeightLayout } from "../dist/training/net/weights.js";

const { values: options } = parseArgs({
  options: {
    width: { type: "string", default: "640" },
    height: { type: "string", default: "512" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "25" },
    channels: { type: "string", default: "4,8,12,16,24,32" },
  },
});
const [width, height, threads, rounds] = ["width", "height", "threads", "rounds"].map((key) =>
  Number(options[key]),
);
const LAYERS = 5;
const WARM_UP_ROUNDS = 2;

/** What follows a map in a layer, by the layer's kind. */
const kinds = {
  "3x3": (net, map, at) => net.conv(map, { weights: `w${at}`, kernel: [3, 3], bias: true }),
  "3x1 and 1x3": (net, map, at) => {
    const tall = net.conv(map, { weights: `v${at}`, kernel: [3, 1], bias: true });
    return net.conv(tall, { weights: `h${at}`, kernel: [1, 3], bias: true });
  },
  "separable 3x3": (net, map, at) => {
    const spread = net.depthwiseConv(map, { weights: `d${at}`, kernel: [3, 3], bias: true });
    return net.conv(spread, { weights: `p${at}`, kernel: [1, 1], bias: true });
  },
};

function layersOf(kind, channels, stride) {
  const net = new NetBuilder(3);
  const stem = { weights: "stem", kernel: [3, 3], stride: [stride, stride], out: channels, bias: true };
  let map = net.relu(net.conv("input", stem));
  for (let at = 0; at < LAYERS; at++) map = net.relu(kinds[kind](net, map, at));
  const output = net.conv(map, { weights: "classifier", kernel: [1, 1], out: 2, bias: true });
  return net.build({
    family: "layers",
    name: kind,
    options: {},
    multipleOf: stride,
    outputStride: stride,
    output,
  });
}

async function compare(name, net) {
  const weights = new WeightLayout(net);
  const bytes = encodeModel(writeNet(net, weights.byName(weights.initial(1)), {}, "0"));
  const extra = { session: { intra_op: { allow_spinning: "0" } } };
  const sessions = [];
  for (const graphOptimizationLevel of ["all", "extended"]) {
    const settings = { graphOptimizationLevel, intraOpNumThreads: threads, extra };
    sessions.push(await ort.InferenceSession.create(bytes, settings));
  }
  const pixels = Float32Array.from({ length: 3 * width * height }, (_, i) => ((i * 7919) % 255) / 255 - 0.5);
  const image = new ort.Tensor("float32", pixels, [1, 3, height, width]);
  const ms = sessions.map(() => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [index, session] of sessions.entries()) {
      const startedMs = performance.now();
      await session.run({ image });
      if (round >= 0) ms[index].push(performance.now() - startedMs);
    }
  }
  await Promise.all(sessions.map((session) => session.release()));
  const ratio = (of) => (of(ms[1]) / of(ms[0])).toFixed(2);
  process.stdout.write(`${name.padEnd(36)} ${ratio((values) => Math.min(...values))}   ${ratio(median)}\n`);
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

process.stdout.write(
  `${width}x${height}, ${threads} threads, onnxruntime ${ort.env.versions.node}: plain by blocked\n`,
);
process.stdout.write(`${"net".padEnd(36)} minima medians\n`);
for (const name of ["mavnet", "tied-s", "tied-m"]) await compare(name, createNet(name, 3, 2));
for (const stride of [1, 2]) {
  for (const kind of Object.keys(kinds)) {
    for (const channels of options.channels.split(",").map(Number)) {
      const maps = `${width / stride}x${height / stride}`;
      await compare(`${kind}, ${channels} channels, ${maps}`, layersOf(kind, channels, stride));
    }
  }
}
