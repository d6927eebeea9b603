import { z } from "zod";
import { percentile } from "../core/percentiles.js";

/**
 * A percentile is given only where that many values are expected beyond it. With 10, its rank scatters by about a third
 * of the values beyond (the square root of 10), which still tells one tail from another; with fewer it is luck.
 */
export const VALUES_BEYOND = 10;

/** The percentiles of every table and report. */
export const PERCENTILES = [50, 90, 99, 99.9] as const;

const milliseconds = z.number();

export const distributionSchema = z.object({
  count: z.int(),
  mean: milliseconds,
  min: milliseconds,
  /** Null where there are too few values for it: 10 are wanted beyond a percentile. */
  p50: milliseconds.nullable(),
  p90: milliseconds.nullable(),
  p99: milliseconds.nullable(),
  p99_9: milliseconds.nullable(),
  max: milliseconds,
  /** Mean difference between one call and the next of the same turn, without sign. */
  jitter: milliseconds,
});
/** How long something took over many calls, in milliseconds. */
export type Distribution = z.infer<typeof distributionSchema>;

/** Fewest values that support a percentile. @param p 0..100, 100 left out */
export function valuesFor(p: number): number {
  // Rounded first: 10 / (1 - 0.999) comes out as 10000.000000000009.
  return Math.ceil(Number((VALUES_BEYOND / (1 - p / 100)).toFixed(6)));
}

/** @returns null where there are too few values for the percentile */
export function supportedPercentile(sorted: ArrayLike<number>, p: number): number | null {
  return sorted.length >= valuesFor(p) ? percentile(sorted, p) : null;
}

/** @param turns at least one value; jitter is taken within each turn, since other work runs between two */
export function distributionOf(turns: readonly ArrayLike<number>[]): Distribution {
  const sorted = pooled(turns).sort();
  let sum = 0;
  for (const value of sorted) sum += value;
  return {
    count: sorted.length,
    mean: sum / sorted.length,
    min: sorted[0]!,
    p50: supportedPercentile(sorted, 50),
    p90: supportedPercentile(sorted, 90),
    p99: supportedPercentile(sorted, 99),
    p99_9: supportedPercentile(sorted, 99.9),
    max: sorted.at(-1)!,
    jitter: jitterOf(turns),
  };
}

/** All values of all turns, in their order. */
export function pooled(turns: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(turns.reduce((sum, turn) => sum + turn.length, 0));
  let at = 0;
  for (const turn of turns) {
    all.set(turn, at);
    at += turn.length;
  }
  return all;
}

export function medianOf(values: ArrayLike<number>): number {
  return percentile(Float64Array.from(values).sort(), 50);
}

function jitterOf(turns: readonly ArrayLike<number>[]): number {
  let sum = 0;
  let steps = 0;
  for (const turn of turns) {
    for (let index = 1; index < turn.length; index++, steps++) {
      sum += Math.abs(turn[index]! - turn[index - 1]!);
    }
  }
  return steps === 0 ? 0 : sum / steps;
}
