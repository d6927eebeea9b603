import { describe, expect, test } from "vitest";
import { countMacs, readProfile } from "../../src/benchmark/layers/ort-profile.js";

/** A node's event as onnxruntime writes it; sizes are text there. */
function event(name: string, index: number, dur: number, over: object = {}) {
  const args = {
    op_name: "Conv",
    node_index: String(index),
    input_type_shape: [{ float: [1, 3, 8, 8] }, { float: [16, 3, 5, 5] }, { float: [16] }],
    output_type_shape: [{ float: [1, 16, 4, 4] }],
    activation_size: "768",
    parameter_size: "4864",
    output_size: "1024",
    provider: "CPUExecutionProvider",
    ...over,
  };
  return { cat: "Node", pid: 1, tid: 1, dur, ts: 5, ph: "X", name: `${name}_kernel_time`, args };
}

test("a profile gives each node once, in its order, with the times of all runs", () => {
  const session = { cat: "Session", name: "model_run", dur: 900, ts: 1, args: {} };
  const text = JSON.stringify([
    session,
    event("stem", 0, 500),
    event("relu", 1, 20, { op_name: "Relu" }),
    session,
    event("stem", 0, 400),
    event("relu", 1, 30, { op_name: "Relu" }),
    { cat: "Node", name: "stem_fence_before", dur: 1, args: {} },
  ]);
  const [stem, relu, ...more] = readProfile(text);
  expect(more).toEqual([]);
  expect(stem).toEqual({
    name: "stem",
    opType: "Conv",
    inputs: [[1, 3, 8, 8], [16, 3, 5, 5], [16]],
    outputs: [[1, 16, 4, 4]],
    bytes: 768 + 4864 + 1024,
    timesMs: [0.5, 0.4],
  });
  expect(relu).toMatchObject({ name: "relu", opType: "Relu", timesMs: [0.02, 0.03] });
});

test("nodes of one name are told apart by their place", () => {
  expect(
    readProfile(JSON.stringify([event("", 4, 1), event("", 5, 2)])).map(({ timesMs }) => timesMs),
  ).toEqual([[0.001], [0.002]]);
});

test("a view moves nothing", () => {
  const [node] = readProfile(JSON.stringify([event("view", 0, 1, { op_name: "Reshape" })]));
  expect(node!.bytes).toBe(0);
});

test("what is no profile is refused", () => {
  expect(() => readProfile("{}")).toThrowError(/a profile as onnxruntime writes it/);
});

describe("multiply-accumulates", () => {
  test.each([
    [
      "Conv",
      [
        [1, 3, 8, 8],
        [16, 3, 5, 5],
      ],
      [1, 16, 4, 4],
      16 * 4 * 4 * 3 * 5 * 5,
    ],
    [
      "FusedConv",
      [
        [1, 16, 8, 8],
        [16, 1, 3, 3],
      ],
      [1, 16, 8, 8],
      16 * 8 * 8 * 3 * 3,
    ],
    ["QLinearConv", [[1, 3, 8, 8], [], [], [16, 3, 5, 5]], [1, 16, 4, 4], 16 * 4 * 4 * 3 * 5 * 5],
    [
      "ConvTranspose",
      [
        [1, 8, 4, 4],
        [8, 2, 2, 2],
      ],
      [1, 2, 8, 8],
      8 * 4 * 4 * 2 * 2 * 2,
    ],
    [
      "MatMul",
      [
        [2, 5, 7],
        [7, 3],
      ],
      [2, 5, 3],
      2 * 5 * 7 * 3,
    ],
    [
      "Gemm",
      [
        [7, 5],
        [7, 3],
      ],
      [5, 3],
      5 * 7 * 3,
    ],
    ["Relu", [[1, 16, 8, 8]], [1, 16, 8, 8], 0],
  ])("%s", (opType, inputs, output, macs) => {
    expect(countMacs({ opType, inputs, outputs: [output] })).toBe(macs);
  });
});
