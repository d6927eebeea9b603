import { expect, test } from "vitest";
import { moveAverage } from "../../../src/training/optimizer/moving-average.js";

test("an old average keeps the share that its decay says", () => {
  const average = Float32Array.of(1, -1);
  moveAverage(average, Float32Array.of(2, 3), 0.75, 1_000_000);
  expect([...average]).toEqual([1.25, 0]);
});

test("a young average follows faster: the first step counts for nine tenths", () => {
  const average = Float32Array.of(0);
  moveAverage(average, Float32Array.of(10), 0.998, 0);
  expect(average[0]).toBeCloseTo(9, 6);
});

test("the decay is reached and then kept", () => {
  const keptAt = (step: number) => {
    const average = Float32Array.of(1);
    moveAverage(average, Float32Array.of(0), 0.9, step);
    return average[0]!;
  };
  expect(keptAt(50)).toBeLessThan(0.9);
  expect(keptAt(80)).toBeCloseTo(0.9, 6);
  expect(keptAt(5000)).toBeCloseTo(0.9, 6);
});

test("the average of weights that stay is those weights", () => {
  const average = Float32Array.of(0);
  for (let step = 0; step < 3000; step++) moveAverage(average, Float32Array.of(5), 0.99, step);
  expect(average[0]).toBeCloseTo(5, 4);
});
