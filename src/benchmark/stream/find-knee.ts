export interface KneeOptions {
  /** Where the search begins, in frames per second. */
  readonly startFps: number;
  readonly minFps: number;
  readonly maxFps: number;
  /** The search ends when the lowest rate that does not hold is above the highest that does by this share, 0.05 for 5 %. */
  readonly tolerance: number;
}

/** Where drops begin: between the two. */
export interface Bracket {
  /** The highest rate that held; null where not even `minFps` did. */
  readonly holdsFps: number | null;
  /** The lowest rate that did not; null where even `maxFps` held. */
  readonly dropsFps: number | null;
}

/**
 * Finds the highest rate that holds: doubles or halves until the knee lies between two rates, then bisects, by geometric
 * means since rates matter by their ratio. It asks for each rate once at most, and takes every answer as it is: whoever
 * answers has to repeat what is noisy.
 * @param holds whether a stream of this many frames per second passes without drops
 */
export async function findKnee(
  holds: (fps: number) => Promise<boolean>,
  { startFps, minFps, maxFps, tolerance }: KneeOptions,
): Promise<Bracket> {
  let low: number | null = null;
  let high: number | null = null;
  let fps = Math.min(maxFps, Math.max(minFps, startFps));
  while (low === null || high === null) {
    if (await holds(fps)) {
      low = fps;
      if (fps >= maxFps) break;
      fps = Math.min(maxFps, fps * 2);
    } else {
      high = fps;
      if (fps <= minFps) break;
      fps = Math.max(minFps, fps / 2);
    }
  }
  while (low !== null && high !== null && high > low * (1 + tolerance)) {
    const middle = roundRate(Math.sqrt(low * high));
    // Between neighbouring rates of three digits there is none left.
    if (middle <= low || middle >= high) break;
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return { holdsFps: low, dropsFps: high };
}

/** To three digits: a rate that people can type, and closer than any that is measured. */
export function roundRate(fps: number): number {
  return Number(fps.toPrecision(3));
}
