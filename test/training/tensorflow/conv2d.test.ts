import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createConv2d } from "../../../src/training/tensorflow/conv2d.js";
import { createNativeKernels, type Window } from "../../../src/training/tensorflow/native-kernels.js";
import { expectForward, expectGradients, ops, tf, toTensor } from "./check-op.js";
import * as reference from "./reference.js";
import { randomGrid } from "./reference.js";

interface Layer {
  readonly x: readonly number[];
  readonly kernel: readonly number[];
  readonly window: Window;
}

const LAYERS: Record<string, Layer> = {
  "1x1": { x: [2, 4, 5, 3], kernel: [1, 1, 3, 4], window: { strides: [1, 1], dilations: [1, 1] } },
  "3x3": { x: [2, 5, 7, 2], kernel: [3, 3, 2, 3], window: { strides: [1, 1], dilations: [1, 1] } },
  "3x3 stride 2, even size": {
    x: [2, 6, 8, 2],
    kernel: [3, 3, 2, 3],
    window: { strides: [2, 2], dilations: [1, 1] },
  },
  "3x3 stride 2, odd size": {
    x: [1, 7, 9, 2],
    kernel: [3, 3, 2, 3],
    window: { strides: [2, 2], dilations: [1, 1] },
  },
  "5x5 stride 4": { x: [1, 11, 13, 3], kernel: [5, 5, 3, 4], window: { strides: [4, 4], dilations: [1, 1] } },
  "3x3 dilation 2": { x: [1, 7, 9, 2], kernel: [3, 3, 2, 3], window: { strides: [1, 1], dilations: [2, 2] } },
  "3x3 dilation 4": {
    x: [1, 9, 11, 2],
    kernel: [3, 3, 2, 2],
    window: { strides: [1, 1], dilations: [4, 4] },
  },
  "3x1 dilation 8": {
    x: [1, 19, 5, 2],
    kernel: [3, 1, 2, 2],
    window: { strides: [1, 1], dilations: [8, 1] },
  },
  "1x3 dilation 16": {
    x: [1, 3, 37, 2],
    kernel: [1, 3, 2, 2],
    window: { strides: [1, 1], dilations: [1, 16] },
  },
  "dilation wider than the image": {
    x: [1, 5, 6, 2],
    kernel: [3, 3, 2, 2],
    window: { strides: [1, 1], dilations: [8, 8] },
  },
  "stride 2 and dilation 2": {
    x: [1, 9, 10, 2],
    kernel: [3, 3, 2, 2],
    window: { strides: [2, 2], dilations: [2, 2] },
  },
};

function caseOf({ x, kernel, window }: Layer, conv2d: typeof ops.conv2d = ops.conv2d) {
  return {
    inputs: [randomGrid(x, 1), randomGrid(kernel, 2)],
    op: (input: Parameters<typeof conv2d>[0], weights: Parameters<typeof conv2d>[1]) =>
      conv2d(input, weights, window),
    reference: (input: reference.Grid, weights: reference.Grid) => reference.conv2d(input, weights, window),
  };
}

describe.each(Object.entries(LAYERS))("conv2d %s", (_, layer) => {
  test("computes what the plain loops compute", () => expectForward(caseOf(layer)));
  test("has the gradients of central differences", () => expectGradients(caseOf(layer)));
});

test("conv2d is right without native dilation, too", () => {
  const portable = createConv2d(tf, createNativeKernels(tf), false);
  const dilated = caseOf(LAYERS["3x3 dilation 2"]!, portable);
  expectForward(dilated);
  expectGradients(dilated);
});

test("conv2d equals the plain loops for any size, kernel, stride and dilation", () => {
  const sizes = fc.record({
    x: fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
    ),
    taps: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    channels: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.integer({ min: 1, max: 4 }),
    dilations: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  });
  fc.assert(
    fc.property(sizes, ({ x, taps, channels, stride, dilations }) => {
      const window: Window = { strides: [stride, stride], dilations };
      expectForward(caseOf({ x: [...x, channels[0]], kernel: [...taps, ...channels], window }));
    }),
    { numRuns: 60 },
  );
});

test("a kernel that two layers share gets the sum of both gradients", () => {
  const window: Window = { strides: [1, 1], dilations: [2, 2] };
  const once = caseOf({ x: [1, 5, 6, 2], kernel: [3, 3, 2, 2], window });
  expectGradients({
    inputs: once.inputs,
    op: (x, kernel) => ops.conv2d(ops.conv2d(x, kernel, window), kernel, window),
    reference: (x, kernel) => once.reference(once.reference(x, kernel), kernel),
  });
});

test("conv2d leaves no tensor behind", () => {
  const { inputs, op } = caseOf(LAYERS["3x3 dilation 2"]!);
  const [x, kernel] = inputs.map(toTensor);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    tf.grads((a, b) => tf.sum(op(a as never, b as never)))([x!, kernel!]);
  });
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([x!, kernel!]);
});
