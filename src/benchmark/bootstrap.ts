import { z } from "zod";
import { percentile } from "../core/percentiles.js";
import { Random } from "../core/random.js";
import { medianOf, pooled } from "./distribution.js";

export const intervalSchema = z.object({
  estimate: z.number(),
  /** Bounds of the 95 % confidence interval. */
  low: z.number(),
  high: z.number(),
});
export type Interval = z.infer<typeof intervalSchema>;

/** Two-sided confidence of every interval. */
const CONFIDENCE = 0.95;
/** Quantile of the normal distribution for it. */
const NORMAL_QUANTILE = 1.959964;
/** Enough for bounds that scatter by a tenth of the interval's width; twice as many halve nothing that matters. */
const RESAMPLES = 1000;

/**
 * The median of all calls, with its interval. Rounds are resampled and not calls: what disturbs a machine lasts longer
 * than a call, so that neighbouring calls say less than their number promises.
 * @param rounds the calls of each round
 */
export function medianInterval(rounds: readonly ArrayLike<number>[], seed: number): Interval {
  return bootstrap(rounds, (chosen) => medianOf(pooled(chosen)), seed);
}

/**
 * The ratio of two medians, with its interval. Each round gives one ratio, of what ran within the same seconds; the
 * estimate is the median of those.
 * @param rounds in the order of `base`, which has as many
 */
export function ratioInterval(
  rounds: readonly ArrayLike<number>[],
  base: readonly ArrayLike<number>[],
  seed: number,
): Interval {
  const ratios = rounds.map((round, index) => medianOf(round) / medianOf(base[index]!));
  return bootstrap(ratios, medianOf, seed);
}

/**
 * Expanded percentile bootstrap (Hesterberg, The American Statistician 69/4, 2015, section 5.3): with few rounds the
 * plain percentile bootstrap's intervals are too narrow by what Student's distribution is wider than the normal one.
 */
function bootstrap<T>(samples: readonly T[], statistic: (chosen: T[]) => number, seed: number): Interval {
  const estimate = statistic([...samples]);
  const count = samples.length;
  if (count < 2) return { estimate, low: estimate, high: estimate };
  const random = new Random(seed);
  const chosen = new Array<T>(count);
  const statistics = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let index = 0; index < count; index++) chosen[index] = samples[random.integer(count)]!;
    statistics[resample] = statistic(chosen);
  }
  statistics.sort();
  const tail = expandedTail(count) * 100;
  return { estimate, low: percentile(statistics, tail), high: percentile(statistics, 100 - tail) };
}

/** Share of the resampled values to leave out at each end; for endless samples (1 - CONFIDENCE) / 2. */
function expandedTail(count: number): number {
  return normalTail(Math.sqrt(count / (count - 1)) * studentQuantile(count - 1));
}

/**
 * Of Student's distribution at CONFIDENCE: exact for 1 and 2 degrees of freedom, from there on by the expansion of
 * Abramowitz and Stegun 26.7.5, 0.7 % off at 3.
 */
export function studentQuantile(degrees: number): number {
  if (degrees === 1) return Math.tan((Math.PI * CONFIDENCE) / 2);
  if (degrees === 2) return CONFIDENCE * Math.sqrt(2 / (1 - CONFIDENCE ** 2));
  const z1 = NORMAL_QUANTILE;
  const [z3, z5, z7] = [z1 ** 3, z1 ** 5, z1 ** 7];
  const first = (z3 + z1) / 4;
  const second = (5 * z5 + 16 * z3 + 3 * z1) / 96;
  const third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z1) / 384;
  return z1 + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}

/** Share of a normal distribution above `z`, to 1e-7 (Abramowitz and Stegun 26.2.17). */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** For texts. */
export const CONFIDENCE_PERCENT = CONFIDENCE * 100;
