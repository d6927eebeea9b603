import { expect, test } from "vitest";
import {
  distributionOf,
  medianOf,
  supportedPercentile,
  valuesFor,
} from "../../src/benchmark/distribution.js";

test("a percentile takes ten values beyond it", () => {
  expect([50, 90, 99, 99.9].map(valuesFor)).toEqual([20, 100, 1000, 10_000]);
});

test("a percentile that the values do not support is null", () => {
  const values = Array.from({ length: 99 }, (_, index) => index);
  expect(supportedPercentile(values, 90)).toBeNull();
  expect(supportedPercentile([...values, 99], 90)).toBeCloseTo(89.1, 12);
});

test("a distribution is that of all turns together", () => {
  const turns = [
    Float64Array.from({ length: 50 }, (_, i) => 100 - i),
    Float64Array.from({ length: 50 }, (_, i) => i + 1),
  ];
  const { count, mean, min, max, p50, p90, p99, p99_9 } = distributionOf(turns);
  expect({ count, mean, min, max, p50, p99, p99_9 }).toEqual({
    count: 100,
    mean: 50.5,
    min: 1,
    max: 100,
    p50: 50.5,
    p99: null,
    p99_9: null,
  });
  expect(p90).toBeCloseTo(90.1, 12);
});

test("jitter is the mean step from call to call, and none lies between two turns", () => {
  expect(
    distributionOf([
      [1, 3, 2],
      [100, 100],
    ]).jitter,
  ).toBe((2 + 1 + 0) / 3);
  expect(distributionOf([[5], [9]]).jitter).toBe(0);
});

test("the median leaves the order of its values alone", () => {
  const values = [3, 1, 2];
  expect(medianOf(values)).toBe(2);
  expect(values).toEqual([3, 1, 2]);
});
