import fc from "fast-check";
import { expect, test } from "vitest";
import { learningRateAt } from "../../../src/training/optimizer/schedule.js";

const HIGHEST = 0.004;

test.each([
  ["the start", 0, 0.01],
  ["half of the warm-up", 0.01, 0.5],
  ["the end of the warm-up", 0.02, 1],
  ["the middle of what is left", 0.51, 0.505],
  ["the end", 1, 0.01],
  ["beyond the end", 1.2, 0.01],
  ["before the start", -1, 0.01],
])("at %s the rate is that share of the highest", (_, progress, share) => {
  expect(learningRateAt(progress, HIGHEST, 0.02)).toBeCloseTo(share * HIGHEST, 12);
});

test.each([
  [1, 1],
  [0.3, 0.3],
])("the last share is the one asked for, %d", (finalShare, share) => {
  expect(learningRateAt(1, HIGHEST, 0.02, finalShare)).toBeCloseTo(share * HIGHEST, 12);
  expect(learningRateAt(0.51, HIGHEST, 0.02, finalShare)).toBeCloseTo(((1 + share) / 2) * HIGHEST, 12);
});

test("without a warm-up the rate starts at its highest", () => {
  expect(learningRateAt(0, HIGHEST, 0)).toBe(HIGHEST);
});

test("the rate is never above the highest, never below its last", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      (progress, warmUp) => {
        const rate = learningRateAt(progress, HIGHEST, warmUp);
        expect(rate).toBeLessThanOrEqual(HIGHEST * (1 + 1e-12));
        expect(rate).toBeGreaterThanOrEqual(0.01 * HIGHEST * (1 - 1e-9));
      },
    ),
  );
});

test("after the warm-up the rate only falls", () => {
  const rates = Array.from({ length: 99 }, (_, i) => learningRateAt(0.02 + (0.98 * i) / 98, HIGHEST, 0.02));
  expect(rates.every((rate, i) => i === 0 || rate < rates[i - 1]!)).toBe(true);
});
