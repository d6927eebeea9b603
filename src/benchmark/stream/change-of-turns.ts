import { type Interval, studentQuantile } from "../bootstrap.js";

/**
 * How much a figure changed between two runs of a few turns each, with the 95 % interval of Student's two-sample test:
 * turns are too few to resample, and a turn's own values too much alike to count as many.
 * @param before a value per turn
 * @returns after less before, by their means; null where neither has two turns, since noise is then unknown
 */
export function differenceOfTurns(before: readonly number[], after: readonly number[]): Interval | null {
  const degrees = before.length + after.length - 2;
  if (before.length === 0 || after.length === 0 || degrees < 1) return null;
  const estimate = mean(after) - mean(before);
  const variance = (squares(before) + squares(after)) / degrees;
  const error = Math.sqrt(variance * (1 / before.length + 1 / after.length));
  const reach = studentQuantile(degrees) * error;
  return { estimate, low: estimate - reach, high: estimate + reach };
}

/** As `differenceOfTurns`, for positive values that scatter by factors, as times do: after by before, by geometric means. */
export function ratioOfTurns(before: readonly number[], after: readonly number[]): Interval | null {
  const logs = differenceOfTurns(before.map(Math.log), after.map(Math.log));
  if (logs === null) return null;
  return { estimate: Math.exp(logs.estimate), low: Math.exp(logs.low), high: Math.exp(logs.high) };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** Sum of the squared distances from the mean. */
function squares(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}
