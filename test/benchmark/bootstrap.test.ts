import { describe, expect, test } from "vitest";
import { medianInterval, ratioInterval } from "../../src/benchmark/bootstrap.js";
import { Random } from "../../src/core/random.js";

const ROUNDS = 20;
const CALLS = 5;
const EXPERIMENTS = 200;

/** Times as machines give them: skewed to the right, with a level of its own for each round. */
function drawRounds(random: Random, medianMs: number, levels: readonly number[]): number[][] {
  return levels.map((level) =>
    Array.from({ length: CALLS }, () => medianMs * Math.exp(level + 0.1 * random.normal())),
  );
}

function drawLevels(random: Random): number[] {
  return Array.from({ length: ROUNDS }, () => 0.2 * random.normal());
}

describe("95 % intervals", () => {
  // Of 200 experiments 190 are expected to be covered, give or take 3; the seeds are fixed, so the counts are too.
  test("of a median cover the true one that often, though rounds differ more than calls", () => {
    let covered = 0;
    for (let seed = 0; seed < EXPERIMENTS; seed++) {
      const random = new Random(7, seed);
      const { low, high } = medianInterval(drawRounds(random, 10, drawLevels(random)), seed);
      if (low <= 10 && 10 <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(184);
    expect(covered).toBeLessThan(EXPERIMENTS);
  }, 120_000);

  test("of a ratio cover the true one that often, and are narrow where both share the drift", () => {
    let covered = 0;
    let width = 0;
    for (let seed = 0; seed < EXPERIMENTS; seed++) {
      const random = new Random(8, seed);
      const levels = drawLevels(random);
      const base = drawRounds(random, 10, levels);
      const { low, high } = ratioInterval(drawRounds(random, 13, levels), base, seed);
      if (low <= 1.3 && 1.3 <= high) covered++;
      width += (high - low) / 1.3 / EXPERIMENTS;
    }
    expect(covered).toBeGreaterThanOrEqual(184);
    expect(covered).toBeLessThan(EXPERIMENTS);
    // Unpaired, the drift of 20 % would make them more than 30 % wide.
    expect(width).toBeLessThan(0.11);
  }, 120_000);
});

test("the same seed gives the same interval", () => {
  const rounds = drawRounds(new Random(1), 10, drawLevels(new Random(2)));
  expect(medianInterval(rounds, 3)).toEqual(medianInterval(rounds, 3));
});

test("the estimates are the plain median and the median of the rounds' ratios", () => {
  expect(
    medianInterval(
      [
        [1, 2, 3],
        [4, 5],
        [6, 7],
      ],
      1,
    ).estimate,
  ).toBe(4);
  expect(ratioInterval([[2], [9], [4]], [[1], [3], [1]], 1).estimate).toBe(3);
});

test("equal rounds leave nothing uncertain", () => {
  expect(medianInterval([[2], [2], [2]], 1)).toEqual({ estimate: 2, low: 2, high: 2 });
});

test("a single round has no interval to speak of", () => {
  expect(medianInterval([[1, 5]], 1)).toEqual({ estimate: 3, low: 3, high: 3 });
});
