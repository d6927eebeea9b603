import type { Tensor4D } from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { expectForward, expectGradients, ops, tf } from "./check-op.js";
import * as reference from "./reference.js";
import { randomGrid } from "./reference.js";

describe.each([[[2, 4, 6, 3]], [[1, 5, 7, 2]], [[2, 2, 3, 1]]])("maxPool2x2 of %j", (shape) => {
  const one = { inputs: [randomGrid(shape, 1)], op: ops.maxPool2x2, reference: reference.maxPool2x2 };
  test("takes the largest of each four pixels", () => expectForward(one));
  test("has the gradient of central differences", () => expectGradients(one));
});

test("among equal pixels one alone gets the gradient", () => {
  const gradient = tf
    .grad((x) => ops.maxPool2x2(x as Tensor4D))(tf.ones([1, 2, 4, 1]))
    .dataSync();
  expect([...gradient].sort()).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
});
