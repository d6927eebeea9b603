import { describe, expect, test } from "vitest";
import { differenceOfTurns, ratioOfTurns } from "../../../src/benchmark/stream/change-of-turns.js";

describe("the change between two runs of a few turns", () => {
  test("is the difference of the means, with the interval of Student's two-sample test", () => {
    // A textbook's figures: means 2 and 5, pooled standard deviation 1, 4 degrees of freedom, t = 2.776.
    const { estimate, low, high } = differenceOfTurns([1, 2, 3], [4, 5, 6])!;
    expect(estimate).toBe(3);
    expect(low).toBeCloseTo(3 - 2.776 * Math.sqrt(2 / 3), 1);
    expect(high).toBeCloseTo(3 + 2.776 * Math.sqrt(2 / 3), 1);
  });

  test("of times is a ratio, the same however large they are", () => {
    const { estimate, low, high } = ratioOfTurns([10, 11, 12], [20, 22, 24])!;
    expect(estimate).toBeCloseTo(2, 9);
    expect(low).toBeGreaterThan(1);
    expect(high / estimate).toBeCloseTo(estimate / low, 9);
    expect(ratioOfTurns([1000, 1100, 1200], [2000, 2200, 2400])!.high).toBeCloseTo(high, 9);
  });

  test("has exact quantiles for one and for two degrees of freedom", () => {
    const one = differenceOfTurns([0, 2], [5])!;
    expect(one.high - one.estimate).toBeCloseTo(12.706 * Math.sqrt(2 * 1.5), 2);
    const two = differenceOfTurns([0, 2], [4, 6])!;
    expect(two.high - two.estimate).toBeCloseTo(4.3027 * Math.sqrt(2), 3);
  });

  test.each([
    [[1], [2]],
    [[], [1, 2, 3]],
  ])("is unknown where nothing tells the noise: %j and %j", (before, after) => {
    expect(differenceOfTurns(before, after)).toBeNull();
  });
});
