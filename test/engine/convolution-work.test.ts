import { expect, test } from "vitest";
import { convolutionWork } from "../../src/engine/convolution-work.js";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../../src/model/onnx-model.js";
import { ONNX_TYPE } from "../../src/model/onnx-model.js";
import { createNet } from "../../src/nets/create-net.js";
import { measureNet } from "../../src/nets/measure.js";
import { constant, node, onnxModel, value } from "../model/golden-models.js";
import { netModel } from "../parity/models.js";

const KERNEL = constant("kernel", [8, 3, 3, 3], new Array(216).fill(0));
const SCALES = constant("scales", [4], [1, 1, 2, 4]);
const strides = (side: number) => [{ name: "strides", kind: "ints" as const, value: [side, side] }];

/** A graph whose last node convolves the value `map` with a kernel of 216 numbers. */
function graphOf(
  before: readonly OnnxNode[],
  initializer: readonly OnnxTensor[] = [],
  side?: number,
): OnnxGraph {
  const sides = side === undefined ? ["h", "w"] : [side, side];
  return onnxModel({
    node: [...before, node("Conv", ["map", "kernel"], "out")],
    initializer: [KERNEL, ...initializer],
    input: [value("image", "float32", [1, 3, ...sides])],
    output: [value("out", "float32", [1, 8, ...sides])],
  }).graph;
}

const sizesOf = (name: string, ...sizes: bigint[]): OnnxTensor => ({
  name,
  dims: [4],
  dataType: ONNX_TYPE.int64,
  rawData: new Uint8Array(BigInt64Array.from(sizes).buffer),
});

/** A sixteenth of the picture. */
const pool = node("MaxPool", ["image"], "small", strides(4));

test.each<[string, OnnxGraph, number]>([
  ["a pooling", graphOf([node("MaxPool", ["image"], "map", strides(2))]), 1 / 4],
  ["a transposed convolution", graphOf([node("ConvTranspose", ["image", "other"], "map", strides(2))]), 4],
  ["a resizing by scales", graphOf([node("Resize", ["image", "", "scales"], "map")], [SCALES]), 8],
  ["an old resizing, of two inputs", graphOf([node("Upsample", ["image", "scales"], "map")], [SCALES]), 8],
  [
    "a resizing by scales of a node",
    graphOf([
      node("Constant", [], "factor", [{ name: "value", kind: "tensor", value: { ...SCALES, name: "" } }]),
      node("Resize", ["image", "", "factor"], "map"),
    ]),
    8,
  ],
  [
    "a resizing to sizes",
    graphOf(
      [pool, node("Resize", ["small", "", "", "sizes"], "map")],
      [sizesOf("sizes", 1n, 3n, 32n, 64n)],
      64,
    ),
    1 / 2,
  ],
  [
    "a resizing to the size of another map",
    graphOf([pool, node("Shape", ["image"], "shape"), node("Resize", ["small", "", "", "shape"], "map")]),
    1,
  ],
  [
    "the factors of channels, which have no size",
    graphOf([node("GlobalAveragePool", ["image"], "means"), node("Sigmoid", ["means"], "map")]),
    0,
  ],
  [
    "channels scaled by such factors",
    graphOf([node("GlobalAveragePool", ["image"], "means"), node("Mul", ["image", "means"], "map")]),
    1,
  ],
])("behind %s", (_, graph, area) => {
  expect(convolutionWork(graph).at(-1)).toEqual({ channels: 8, work: 216 * area });
});

test("a picture with channels last is as large", () => {
  const graph = {
    ...graphOf([node("Resize", ["image", "", "", "sizes"], "map")], [sizesOf("sizes", 1n, 3n, 32n, 64n)]),
    input: [value("image", "float32", [1, 64, 64, 3])],
  };
  expect(convolutionWork(graph).at(-1)).toMatchObject({ work: 108 });
});

test("kernels that are computed are left out", () => {
  const graph = graphOf([node("Identity", ["image"], "map")]);
  expect(convolutionWork({ ...graph, initializer: [] })).toEqual([]);
});

test.each(["mavnet", "tied-s", "tied-m"])("of %s it is the work that the net's own measures say", (name) => {
  const px = 640 * 512;
  const { macs } = measureNet(createNet(name, 3, 2), 512, 640);
  const work = convolutionWork(netModel(2, 3, name).graph).reduce((sum, { work }) => sum + work, 0);
  expect((work * px) / macs).toBeCloseTo(1, 2);
});
