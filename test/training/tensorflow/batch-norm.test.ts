import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { expectClose, expectForward, expectGradients, ops, tf, toTensor } from "./check-op.js";
import * as reference from "./reference.js";
import { gridOf, randomGrid } from "./reference.js";

const EPSILON = 1e-3;

const norm = (x: Tensor4D, gamma: Tensor1D, beta: Tensor1D) => ops.batchNorm(x, gamma, beta, EPSILON);

function caseOf(shape: readonly number[]) {
  const c = shape[3]!;
  const offCentre = randomGrid(shape, 1);
  return {
    inputs: [
      gridOf(shape, (index) => Math.fround(offCentre.data[index]! + 0.5)),
      randomGrid([c], 2),
      randomGrid([c], 3),
    ],
    op: (x: Tensor4D, gamma: Tensor1D, beta: Tensor1D) => norm(x, gamma, beta).y,
    reference: (...[x, gamma, beta]: reference.Grid[]) => reference.batchNorm(x!, gamma!, beta!, EPSILON).y,
  };
}

describe.each([[[2, 4, 6, 3]], [[1, 5, 7, 1]], [[2, 3, 3, 17]]])("batchNorm of %j", (shape) => {
  test("normalises with the batch's statistics", () => expectForward(caseOf(shape)));
  test("has the gradients of central differences", () => expectGradients(caseOf(shape)));
});

test("batchNorm returns the batch's mean and population variance", () => {
  const { inputs } = caseOf([2, 3, 5, 4]);
  const expected = reference.batchNorm(inputs[0]!, inputs[1]!, inputs[2]!, EPSILON);
  const [x, gamma, beta] = inputs.map(toTensor) as [Tensor4D, Tensor1D, Tensor1D];
  const { mean, variance } = norm(x, gamma, beta);
  expectClose(mean.dataSync(), expected.mean.data);
  expectClose(variance.dataSync(), expected.variance.data);
});

test("the variance of a single pixel is zero", () => {
  const { variance } = norm(tf.ones([1, 1, 1, 2]), tf.ones([2]), tf.zeros([2]));
  expect([...variance.dataSync()]).toEqual([0, 0]);
});

test("mean and variance pass no gradient on", () => {
  const { inputs } = caseOf([2, 3, 5, 4]);
  const [x, gamma, beta] = inputs.map(toTensor) as [Tensor4D, Tensor1D, Tensor1D];
  const statistics = (input: Tensor4D) => {
    const { mean, variance } = norm(input, gamma, beta);
    return tf.add(tf.sum(mean), tf.sum(variance));
  };
  const gradient = tf
    .grad(statistics as never)(x)
    .dataSync();
  expect(gradient.every((value) => value === 0)).toBe(true);
});

test("the gradient of y is the same where the statistics are used as well", () => {
  const { inputs } = caseOf([2, 3, 5, 4]);
  const [x, gamma, beta] = inputs.map(toTensor) as [Tensor4D, Tensor1D, Tensor1D];
  const weights = toTensor(randomGrid(x.shape, 7));
  const plain = (input: Tensor4D) => tf.sum(tf.mul(norm(input, gamma, beta).y, weights));
  const withStatistics = (input: Tensor4D) => {
    const { y, mean, variance } = norm(input, gamma, beta);
    return tf.addN([tf.sum(tf.mul(y, weights)), tf.sum(mean), tf.sum(variance)]);
  };
  const gradientOf = (loss: (input: Tensor4D) => unknown) =>
    tf
      .grad(loss as never)(x)
      .dataSync();
  expect(gradientOf(withStatistics)).toEqual(gradientOf(plain));
});

test("a norm that two layers share gets the sum of both gradients", () => {
  const once = caseOf([2, 3, 4, 2]);
  expectGradients({
    inputs: once.inputs,
    op: (x, gamma, beta) => once.op(ops.relu(once.op(x, gamma, beta)), gamma, beta),
    reference: (x, gamma, beta) =>
      once.reference(reference.relu(once.reference(x!, gamma!, beta!)), gamma!, beta!),
  });
});

test("batchNorm returns three tensors and leaves no other behind", () => {
  const [x, gamma, beta] = caseOf([1, 2, 3, 2]).inputs.map(toTensor) as [Tensor4D, Tensor1D, Tensor1D];
  const before = tf.memory().numTensors;
  norm(x, gamma, beta);
  expect(tf.memory().numTensors).toBe(before + 3);
});
