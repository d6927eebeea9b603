import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { fromHalf, toHalf } from "../../src/core/half-float.js";
import { Random } from "../../src/core/random.js";
import { loadModel } from "../../src/model/load-model.js";
import { MANIFEST_KEY, type ModelManifest } from "../../src/model/manifest.js";
import { ONNX_TYPE } from "../../src/model/onnx-model.js";
import { decodeModel, encodeModel } from "../../src/model/onnx-proto.js";
import { createNet, NET_NAMES } from "../../src/nets/create-net.js";
import type { Net } from "../../src/nets/net.js";
import { listInitializers } from "../../src/onnx/read-parameters.js";
import { ONNX_INPUT, ONNX_OUTPUT, writeNet } from "../../src/onnx/write-net.js";
import { runNet } from "../../src/training/net/run-net.js";
import { loadTensorFlow } from "../../src/training/tensorflow/load.js";
import { createOps } from "../../src/training/tensorflow/ops.js";
import { temporaryFolder } from "../dataset/tiny-dataset.js";
import { randomValues } from "../nets/random-values.js";

const tf = await loadTensorFlow();
const ops = createOps(tf);

function manifestFor(net: Net): ModelManifest {
  const grey = net.inputChannels === 1;
  return {
    version: 1,
    name: `${net.name}-test`,
    classes: Array.from({ length: net.classCount }, (_, id) => ({ id, name: `c${id}`, color: "#336699" })),
    ignoreIndex: 255,
    input: {
      name: ONNX_INPUT,
      layout: "NCHW",
      dtype: "float32",
      colour: grey ? "grey" : "rgb",
      scale: 1 / 255,
      mean: grey ? [0.4] : [0.4, 0.5, 0.6],
      std: grey ? [0.2] : [0.2, 0.25, 0.3],
      resize: "none",
      size: null,
      multipleOf: net.multipleOf,
    },
    output: { name: ONNX_OUTPUT, kind: "logits", layout: "NCHW", stride: net.outputStride },
    training: { net: { name: net.name, ...net.options } },
  };
}

function write(net: Net, seed: number): Uint8Array {
  return encodeModel(writeNet(net, randomValues(net, seed), manifestFor(net), "0.0.0"));
}

/** Normal values `[batch, channels, height, width]`, as of normalised pictures. */
function randomPictures(shape: readonly [number, number, number, number], seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
}

function runUnderTensorFlow(net: Net, seed: number, x: Float32Array, shape: readonly number[]): Float32Array {
  const logits = tf.tidy(() => {
    const parameters = new Map(
      [...randomValues(net, seed)].map(([name, data]) => [
        name,
        tf.tensor(data, [...net.parameters.get(name)!.shape] as [number]) as Tensor4D | Tensor1D,
      ]),
    );
    const nhwc = tf.transpose<Tensor4D>(
      tf.tensor(x, shape as [number, number, number, number]),
      [0, 2, 3, 1],
    );
    return tf.transpose(runNet(tf, ops, net, parameters, nhwc), [0, 3, 1, 2]);
  });
  const data = logits.dataSync() as Float32Array;
  logits.dispose();
  return data;
}

/** Float32 sums in another order; the logits of these weights are of size 1 to 10. */
const MOST_DIFFERENCE = 1e-3;

describe("a written file computes under ONNX Runtime what the net computes under TensorFlow:", () => {
  const small = { dilations: [1, 3], widths: [8, 12] };
  test.each<[string, string, number, object]>([
    ["mavnet", "mavnet", 3, {}],
    ["tied-s", "tied-s", 1, {}],
    ["tied-m", "tied-m", 3, {}],
    ["tie=none, dense", "tied", 1, { ...small, tie: "none", down: "dense" }],
    ["tie=none, separable", "tied", 3, { ...small, tie: "none", down: "separable" }],
    ["tie=depth, separable, two rounds", "tied", 1, { ...small, tie: "depth", down: "separable", rounds: 2 }],
    ["tie=scale, dense", "tied", 1, { ...small, widths: [8, 8, 8], tie: "scale", down: "dense" }],
    ["norms=use", "tied", 1, { ...small, tie: "depth", norms: "use" }],
    ["norms=use, tie=scale", "tied", 1, { ...small, widths: [8, 8], tie: "scale", norms: "use" }],
    ["one level", "tied", 1, { widths: [8], dilations: [1, 2, 4, 8] }],
    [
      "levels of different kinds",
      "tied",
      1,
      { widths: [8, 8, 12], dilations: [[1], [2], [1, 3]], down: ["dense", "separable"] },
    ],
  ])("%s", async (_, name, channels, options) => {
    const net = createNet(name, channels, 3, options as Record<string, unknown>);
    const session = await ort.InferenceSession.create(write(net, 11));
    const side = net.multipleOf;
    for (const [batch, height, width] of [
      [1, side, side],
      [1, 2 * side, 3 * side],
      [2, 3 * side, side],
    ] as const) {
      const shape = [batch, channels, height, width] as const;
      const x = randomPictures(shape, width);
      const expected = runUnderTensorFlow(net, 11, x, shape);
      const output = (await session.run({ [ONNX_INPUT]: new ort.Tensor("float32", x, shape) }))[ONNX_OUTPUT]!;
      expect(output.dims).toEqual([batch, 3, height / net.outputStride, width / net.outputStride]);
      const actual = output.data as Float32Array;
      // A NaN would pass a comparison that it is not part of.
      const far = expected.findIndex((value, i) => !(Math.abs(value - actual[i]!) <= MOST_DIFFERENCE));
      expect({ height, width, far, expected: expected[far], actual: actual[far] }).toEqual({
        height,
        width,
        far: -1,
        expected: undefined,
        actual: undefined,
      });
    }
    await session.release();
  });
});

test("tied kernels are one initializer that many nodes use", () => {
  const net = createNet("tied", 1, 2, { widths: [8, 8], dilations: [1, 2], tie: "scale", norms: "tied" });
  const lines = listInitializers(decodeModel(write(net, 1)));
  expect(lines.find(({ name }) => name === "block.depthwise.kernel")).toEqual({
    name: "block.depthwise.kernel",
    shape: [8, 1, 3, 3],
    values: 72,
    uses: 6,
  });
  expect(lines.filter(({ name }) => name.startsWith("block")).map(({ uses }) => uses)).toEqual([6, 6, 6, 6]);
});

test("with norms of each use's own the kernels stay tied", () => {
  const net = createNet("tied", 1, 2, { widths: [8, 8], dilations: [1, 2], tie: "scale", norms: "use" });
  const lines = listInitializers(decodeModel(write(net, 1)));
  const block = lines.filter(({ name }) => name.startsWith("block"));
  expect(block.filter(({ name }) => name.endsWith(".kernel")).map(({ uses }) => uses)).toEqual([6, 6]);
  // A scale and a shift behind each of the two convolutions of six uses.
  expect(block.filter(({ uses }) => uses === 1).map(({ shape }) => shape)).toEqual(Array(24).fill([8, 1, 1]));
});

test("without tying each initializer is used once", () => {
  const lines = listInitializers(decodeModel(write(createNet("tied", 1, 2, { tie: "none" }), 1)));
  expect(lines.every(({ uses }) => uses === 1)).toBe(true);
});

test.each(NET_NAMES)("every value in the file of %s is used and given once", (name) => {
  const { graph } = decodeModel(write(createNet(name, 3, 2), 1));
  const given = [
    ONNX_INPUT,
    ...graph.initializer.map((tensor) => tensor.name),
    ...graph.node.flatMap(({ output }) => output),
  ];
  expect(new Set(given).size).toBe(given.length);
  const used = new Set([...graph.node.flatMap(({ input }) => input), ONNX_OUTPUT]);
  expect(given.filter((value) => !used.has(value))).toEqual([]);
  expect([...used].filter((value) => value !== "" && !given.includes(value))).toEqual([]);
});

test("the file is of opset 17, with free batch and size", () => {
  const { opsetImport, graph } = decodeModel(write(createNet("tied-m", 3, 4), 1));
  expect(opsetImport).toEqual([{ domain: "", version: 17 }]);
  expect(graph.input.map(({ shape }) => shape)).toEqual([["batch", 3, "height", "width"]]);
  expect(graph.output.map(({ shape }) => shape)).toEqual([["batch", 4, "logits_height", "logits_width"]]);
});

test("the manifest comes back from the file's metadata as it went in", () => {
  const net = createNet("tied-m", 3, 4);
  const { metadataProps } = decodeModel(write(net, 1));
  expect(metadataProps.map(({ key }) => key)).toEqual([MANIFEST_KEY]);
  expect(JSON.parse(metadataProps[0]!.value)).toEqual(manifestFor(net));
});

test.each(NET_NAMES)("loadModel understands the file of %s without a word from outside", async (name) => {
  await using folder = await temporaryFolder();
  const net = createNet(name, 1, 2);
  const file = path.join(folder.dir, "model.onnx");
  await writeFile(file, write(net, 1));
  const model = await loadModel(file);
  expect(model.manifest).toEqual(manifestFor(net));
  expect(model.hasExternalWeights).toBe(false);
});

test("the same net and values give the same bytes", () => {
  const net = createNet("tied-s", 1, 2);
  expect(write(net, 3)).toEqual(write(net, 3));
});

test("a file of float16 computes the same but for its rounding, in half the bytes", async () => {
  const net = createNet("tied", 1, 3, { widths: [8, 8], dilations: [1, 2], tie: "scale", norms: "use" });
  const values = randomValues(net, 11);
  const manifest = manifestFor(net);
  const half = encodeModel(writeNet(net, values, manifest, "0.0.0", "float16"));
  const types = new Map(decodeModel(half).graph.initializer.map(({ name, dataType }) => [name, dataType]));
  // Scales of a resize are float32 by the standard.
  expect([...types].filter(([, type]) => type !== ONNX_TYPE.float16)).toEqual([
    ["resize.scales", ONNX_TYPE.float32],
  ]);
  const session = await ort.InferenceSession.create(half);
  const shape = [1, 1, 16, 24] as const;
  const x = randomPictures(shape, 4);
  const expected = runUnderTensorFlow(net, 11, x, shape);
  const input = new ort.Tensor("float16", Uint16Array.from(x, toHalf), shape);
  const output = (await session.run({ [ONNX_INPUT]: input }))[ONNX_OUTPUT]!;
  expect(output.type).toBe("float16");
  const { buffer, byteOffset, length } = output.data as Uint16Array;
  const actual = Array.from(new Uint16Array(buffer, byteOffset, length), fromHalf);
  const spread = Math.max(...expected) - Math.min(...expected);
  const largest = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThan(0.02 * spread);
  await session.release();
});
