import type { Tensor4D } from "@tensorflow/tfjs-node";
import { describe, test } from "vitest";
import { expectForward, expectGradients, ops } from "./check-op.js";
import * as reference from "./reference.js";
import { randomGrid } from "./reference.js";

const SIZES = {
  x2: { from: [4, 5], to: [8, 10] },
  x4: { from: [3, 2], to: [12, 8] },
  "by a fraction": { from: [4, 5], to: [7, 9] },
  "from odd to smaller": { from: [7, 9], to: [3, 5] },
  "from one pixel": { from: [1, 1], to: [2, 3] },
  "to the same size": { from: [3, 4], to: [3, 4] },
} as const;

describe.each(Object.entries(SIZES))("resizeBilinear %s", (_, { from, to }) => {
  const one = {
    inputs: [randomGrid([2, ...from, 3], 1)],
    op: (x: Tensor4D) => ops.resizeBilinear(x, to[0], to[1]),
    reference: (x: reference.Grid) => reference.resizeBilinear(x, to[0], to[1]),
  };
  test("interpolates with half-pixel centres", () => expectForward(one));
  test("has the gradient of central differences", () => expectGradients(one));
});
