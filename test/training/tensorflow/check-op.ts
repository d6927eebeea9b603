import type { Tensor } from "@tensorflow/tfjs-node";
import { expect } from "vitest";
import { loadTensorFlow } from "../../../src/training/tensorflow/load.js";
import { createOps } from "../../../src/training/tensorflow/ops.js";
import { type Grid, gridOf, randomGrid } from "./reference.js";

export const tf = await loadTensorFlow();
export const ops = createOps(tf);

/**
 * The reference computes in float64, so differences come from the operation's float32 alone: sums of up to a thousand
 * products of values below 1, each rounded to 6e-8 of the sum's size.
 */
export const FLOAT32_TOLERANCE = 2e-5;
/** Central differences of the float64 reference: exact for linear operations, else off by the step squared. */
const STEP = 1e-4;

/** An operation under test: the one of ours and the plain one, over the same inputs. */
export interface Case {
  readonly inputs: readonly Grid[];
  // biome-ignore lint/suspicious/noExplicitAny: operations differ in the ranks of their tensors
  readonly op: (...inputs: any[]) => Tensor;
  readonly reference: (...inputs: Grid[]) => Grid;
}

export function toTensor(grid: Grid): Tensor {
  return tf.tensor(Float32Array.from(grid.data), [...grid.shape]);
}

/** Holds the result against the reference, in shape and in every value. */
export function expectForward({ inputs, op, reference }: Case): void {
  const expected = reference(...inputs);
  const actual = tf.tidy(() => op(...inputs.map(toTensor)));
  expect(actual.shape).toEqual(expected.shape);
  expectClose(actual.dataSync(), expected.data);
  actual.dispose();
}

/**
 * Holds the gradient of every element of every input against central differences of the reference. The loss is the
 * result's sum, weighted at random so that no error can cancel out.
 */
export function expectGradients({ inputs, op, reference }: Case): void {
  const weights = randomGrid(reference(...inputs).shape, 99);
  const gradients = tf.tidy(() => {
    const weighted = (...tensors: Tensor[]) => tf.sum(tf.mul(op(...tensors), toTensor(weights)));
    return tf.grads(weighted)(inputs.map(toTensor));
  });
  gradients.forEach((gradient, which) => {
    const loss = (changed: Grid) => dot(reference(...inputs.with(which, changed)), weights);
    expect(gradient.shape).toEqual(inputs[which]!.shape);
    expectClose(gradient.dataSync(), centralDifferences(inputs[which]!, loss).data);
    gradient.dispose();
  });
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  let largest = 1;
  let error = 0;
  for (let index = 0; index < expected.length; index++) {
    largest = Math.max(largest, Math.abs(expected[index]!));
    // Math.max keeps a NaN, and a NaN fails.
    error = Math.max(error, Math.abs(actual[index]! - expected[index]!));
  }
  expect(error / largest).toBeLessThan(FLOAT32_TOLERANCE);
}

function centralDifferences(at: Grid, loss: (changed: Grid) => number): Grid {
  const moved = (index: number, by: number) =>
    loss({ shape: at.shape, data: at.data.with(index, at.data[index]! + by) });
  return gridOf(at.shape, (index) => (moved(index, STEP) - moved(index, -STEP)) / (2 * STEP));
}

function dot(a: Grid, b: Grid): number {
  return a.data.reduce((sum, value, index) => sum + value * b.data[index]!, 0);
}
