import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../src/core/random.js";

const DRAWS = 20_000;

function draw(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const keys = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 4 });

test("equal keys give the same stream", () => {
  fc.assert(
    fc.property(keys, (same) => {
      expect(draw(new Random(...same), 8)).toEqual(draw(new Random(...same), 8));
    }),
  );
});

test("another last key gives another stream", () => {
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 1000 }), (one, step) => {
      const other = one.with(-1, one.at(-1)! + step);
      expect(draw(new Random(...other), 4)).not.toEqual(draw(new Random(...one), 4));
    }),
  );
});

test("the order of keys matters", () => {
  expect(draw(new Random(1, 2), 4)).not.toEqual(draw(new Random(2, 1), 4));
});

test("first draws of neighbouring keys are uniform too", () => {
  const firsts = Array.from({ length: DRAWS }, (_, key) => new Random(1, key).next());
  // The mean of n uniform draws has a standard deviation of 0.289 / sqrt(n) = 0.002; five of them.
  expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(0.0102);
});

test("uniform draws fill their range evenly", () => {
  const random = new Random(7);
  const values = Array.from({ length: DRAWS }, () => random.uniform(-2, 6));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
  expect(Math.max(...values)).toBeLessThan(6);
  expect(Math.abs(mean(values) - 2)).toBeLessThan(0.082);
});

test("integers reach every value and no other", () => {
  const random = new Random(3);
  const seen = new Set(Array.from({ length: 1000 }, () => random.integer(5)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});

test("a chance comes true about as often as it says", () => {
  const random = new Random(11);
  const hits = Array.from({ length: DRAWS }, () => random.chance(0.3)).filter(Boolean).length;
  // Five standard deviations of sqrt(n p (1 - p)) = 65.
  expect(Math.abs(hits - 0.3 * DRAWS)).toBeLessThan(325);
});

test("normal draws have mean 0 and variance 1", () => {
  const random = new Random(5);
  const values = Array.from({ length: DRAWS }, () => random.normal());
  expect(Math.abs(mean(values))).toBeLessThan(0.036);
  expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.051);
});
