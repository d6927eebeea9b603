import { expect, test } from "vitest";
import { createNet } from "../../../src/nets/create-net.js";
import { updateStatistics } from "../../../src/training/net/running-statistics.js";
import { WeightLayout } from "../../../src/training/net/weights.js";

const net = createNet("tied", 1, 2, { widths: [2], dilations: [1] });
const layout = new WeightLayout(net);

const sample = (norm: string, mean: number[], variance: number[]) => ({
  norm,
  mean: Float32Array.from(mean),
  variance: Float32Array.from(variance),
});

/** A step of a training that runs for long: each moves the statistics by a hundredth of the way. */
const LATE = 100_000;

test("a late step moves the statistics by a hundredth of the way", () => {
  const weights = layout.initial(1);
  updateStatistics(layout, weights, [sample("stem.norm", [1, -2], [3, 0.5])], LATE);
  const views = layout.byName(weights);
  expect(views.get("stem.norm.mean")).toEqual(Float32Array.of(0.01, -0.02));
  expect(views.get("stem.norm.variance")).toEqual(Float32Array.of(0.99 + 0.03, 0.99 + 0.005));
});

test("after a few steps the start values are forgotten", () => {
  const weights = layout.initial(1);
  for (let step = 0; step < 20; step++) {
    updateStatistics(layout, weights, [sample("stem.norm", [50, 50], [9, 9])], step);
  }
  const views = layout.byName(weights);
  expect(views.get("stem.norm.mean")![0]).toBeCloseTo(50, 3);
  expect(views.get("stem.norm.variance")![0]).toBeCloseTo(9, 3);
});

test("a tied norm gets the statistics of all its uses' values pooled", () => {
  const uses = [
    [1, 3, 5, 7],
    [-2, 0, 2, -4],
  ];
  const meanOf = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const varianceOf = (values: number[]) => meanOf(values.map((value) => (value - meanOf(values)) ** 2));
  const samples = uses.map((values) => sample("stem.norm", [meanOf(values), 0], [varianceOf(values), 1]));
  const weights = layout.initial(1);
  updateStatistics(layout, weights, samples, LATE);
  const views = layout.byName(weights);
  expect(views.get("stem.norm.mean")![0]).toBeCloseTo(0.01 * meanOf(uses.flat()), 6);
  expect(views.get("stem.norm.variance")![0]).toBeCloseTo(0.99 + 0.01 * varianceOf(uses.flat()), 6);
});

test("norms that saw nothing stay as they are, and so do the trained weights", () => {
  const weights = layout.initial(1);
  updateStatistics(layout, weights, [sample("stem.norm", [1, 1], [1, 1])], LATE);
  const fresh = layout.initial(1);
  const views = layout.byName(weights);
  expect(views.get("block0.depthwise.norm.mean")).toEqual(
    layout.byName(fresh).get("block0.depthwise.norm.mean"),
  );
  expect(weights.trainable).toEqual(fresh.trainable);
  updateStatistics(layout, fresh, [], LATE);
  expect(fresh).toEqual(layout.initial(1));
});

test("the variance of uses that agree exactly is never below 0", () => {
  const weights = layout.initial(1);
  const same = sample("stem.norm", [1e4, 1e4], [0, 0]);
  for (let step = 0; step < 2000; step++) updateStatistics(layout, weights, [same, same, same], step);
  expect(
    layout
      .byName(weights)
      .get("stem.norm.variance")!
      .every((value) => value >= 0),
  ).toBe(true);
});
