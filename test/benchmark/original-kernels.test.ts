import { describe, expect, test } from "vitest";
import { OriginalKernels } from "../../src/benchmark/layers/original-kernels.js";
import type { OnnxGraph } from "../../src/model/onnx-model.js";

const node = (opType: string, name: string, input: readonly string[], output: string) => ({
  opType,
  name,
  input,
  output: [output],
  attribute: [],
});

const graph: OnnxGraph = {
  name: "net",
  node: [
    node("Conv", "/stem/Conv", ["image", "w"], "a"),
    node("BatchNormalization", "/stem/Norm", ["a", "g"], "b"),
    node("Relu", "/stem/Relu", ["b"], "c"),
    node("Add", "/Add", ["c", "c"], "d"),
  ],
  initializer: [{ name: "w", dims: [2, 3, 5, 5], dataType: 1 }],
  input: [],
  output: [],
};

/** Two filters became sixteen, as in a blocked layout. */
const run = (name: string, opType = "Conv") => ({
  name,
  opType,
  inputs: [
    [1, 3, 8, 8],
    [16, 3, 5, 5],
  ],
  outputs: [[1, 16, 4, 4]],
  bytes: 0,
  timesMs: [],
});

describe("work that the net asks for", () => {
  const kernels = new OriginalKernels(graph);
  const asked = 2 * 3 * 5 * 5 * 4 * 4;

  test.each(["c_nchwc", "a_nchwc", "fused /stem/Conv", "/stem/Conv", "/stem/Relu"])(
    "is found behind a node called %s",
    (name) => {
      expect(kernels.countMacs(run(name))).toBe(asked);
    },
  );

  test("is what was executed where a node is not of the file", () => {
    expect(kernels.countMacs(run("something else"))).toBe(16 * 3 * 5 * 5 * 4 * 4);
  });

  test("is none for what multiplies nothing", () => {
    expect(kernels.countMacs(run("c_nchwc", "ReorderOutput"))).toBe(0);
  });
});
