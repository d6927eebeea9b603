import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDepthwiseConv2d } from "../../../src/training/tensorflow/depthwise-conv2d.js";
import { createNativeKernels, type Window } from "../../../src/training/tensorflow/native-kernels.js";
import { expectForward, expectGradients, ops, tf, toTensor } from "./check-op.js";
import * as reference from "./reference.js";
import { randomGrid } from "./reference.js";

interface Layer {
  readonly x: readonly number[];
  readonly taps?: readonly [number, number];
  readonly window: Window;
}

const square = (dilation: number, stride = 1): Window => ({
  strides: [stride, stride],
  dilations: [dilation, dilation],
});

const LAYERS: Record<string, Layer> = {
  "3x3": { x: [2, 5, 7, 3], window: square(1) },
  "dilation 2": { x: [2, 6, 8, 3], window: square(2) },
  "dilation 2, odd size": { x: [2, 7, 9, 3], window: square(2) },
  "dilation 3": { x: [1, 7, 11, 2], window: square(3) },
  "dilation 4": { x: [1, 9, 12, 2], window: square(4) },
  "dilation 8, folded rows": { x: [1, 11, 16, 2], window: square(8) },
  "dilation 8, folded rows, odd size": { x: [2, 9, 19, 2], window: square(8) },
  "dilation wider than the image": { x: [1, 5, 6, 2], window: square(16) },
  "dilation of rows alone": {
    x: [1, 13, 5, 2],
    taps: [3, 1],
    window: { strides: [1, 1], dilations: [4, 1] },
  },
  "dilation of columns alone": {
    x: [1, 4, 15, 2],
    taps: [1, 3],
    window: { strides: [1, 1], dilations: [1, 5] },
  },
  "5x5 dilation 2": { x: [1, 9, 10, 2], taps: [5, 5], window: square(2) },
  "stride 2, even size": { x: [2, 6, 8, 3], window: square(1, 2) },
  "stride 2, odd size": { x: [1, 7, 9, 3], window: square(1, 2) },
  "stride 2 and dilation 2": { x: [1, 9, 10, 2], window: square(2, 2) },
  "even kernel with dilation": { x: [1, 7, 8, 2], taps: [2, 4], window: square(3) },
};

function caseOf({ x, taps = [3, 3], window }: Layer, depthwise = ops.depthwiseConv2d) {
  return {
    inputs: [randomGrid(x, 1), randomGrid([...taps, x[3]!, 1], 2)],
    op: (input: Parameters<typeof depthwise>[0], kernel: Parameters<typeof depthwise>[1]) =>
      depthwise(input, kernel, window),
    reference: (input: reference.Grid, kernel: reference.Grid) =>
      reference.depthwiseConv2d(input, kernel, window),
  };
}

describe.each(Object.entries(LAYERS))("depthwiseConv2d %s", (_, layer) => {
  test("computes what the plain loops compute", () => expectForward(caseOf(layer)));
  test("has the gradients of central differences", () => expectGradients(caseOf(layer)));
});

test("depthwiseConv2d is right without native dilation, too", () => {
  const portable = createDepthwiseConv2d(tf, createNativeKernels(tf), false);
  const dilated = caseOf(LAYERS["dilation 3"]!, portable);
  expectForward(dilated);
  expectGradients(dilated);
});

test("depthwiseConv2d and its gradients equal the plain loops for any size, kernel, stride and dilation", () => {
  const sizes = fc.record({
    x: fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 14 }),
    ),
    taps: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    channels: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    dilations: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
  });
  fc.assert(
    fc.property(sizes, ({ x, taps, channels, stride, dilations }) => {
      const one = caseOf({ x: [...x, channels], taps, window: { strides: [stride, stride], dilations } });
      expectForward(one);
      expectGradients(one);
    }),
    { numRuns: 30 },
  );
});

test("a kernel that is used with several dilations gets the sum of their gradients", () => {
  const dilations = [1, 2, 4, 8];
  expectGradients({
    inputs: [randomGrid([1, 6, 9, 2], 1), randomGrid([3, 3, 2, 1], 2)],
    op: (x, kernel) => dilations.reduce((y, d) => ops.depthwiseConv2d(y, kernel, square(d)), x),
    reference: (x, kernel) => dilations.reduce((y, d) => reference.depthwiseConv2d(y, kernel, square(d)), x),
  });
});

test("depthwiseConv2d leaves no tensor behind", () => {
  const { inputs, op } = caseOf(LAYERS["dilation 8, folded rows, odd size"]!);
  const [x, kernel] = inputs.map(toTensor);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    tf.grads((a, b) => tf.sum(op(a as never, b as never)))([x!, kernel!]);
  });
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([x!, kernel!]);
});
