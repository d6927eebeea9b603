import fc from "fast-check";
import { expect, test } from "vitest";
import { percentile } from "../../src/core/percentiles.js";

const sortedValues = fc
  .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })
  .map((values) => values.sort((a, b) => a - b));

test.each([
  [0, 15],
  [25, 20],
  [40, 29],
  [50, 35],
  [90, 46],
  [100, 50],
])("the %i-th percentile is NumPy's", (p, expected) => {
  expect(percentile([15, 20, 35, 40, 50], p)).toBeCloseTo(expected, 12);
});

test("the ends are the least and the largest value", () => {
  fc.assert(
    fc.property(sortedValues, (sorted) => {
      // + 0 turns -0 into 0: adding the share of the next rank does that too, and nobody measures -0 ms.
      expect(percentile(sorted, 0) + 0).toBe(sorted[0]! + 0);
      expect(percentile(sorted, 100) + 0).toBe(sorted.at(-1)! + 0);
    }),
  );
});

test("a higher percentile is never a smaller value", () => {
  const share = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(sortedValues, share, share, (sorted, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      // Interpolation rounds: neighbours may differ by the last bit.
      expect(percentile(sorted, low)).toBeLessThanOrEqual(percentile(sorted, high) + 1e-6);
    }),
  );
});

test("of nothing there is no percentile", () => {
  expect(percentile([], 50)).toBeNaN();
});
