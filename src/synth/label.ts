import { IGNORE_INDEX } from "../core/classes.js";

/** Class ids of the drawn flights. */
export const BACKGROUND = 0;
export const DRONE = 1;

/**
 * A pixel is the drone's when the drone takes at least this share of its area and exposure, and the background's up
 * to the lower share. Between them a person could not say either: the rim of a pixel's width, the ends of a motion
 * blur, and the see-through discs of the propellers.
 */
export const SURELY_DRONE = 0.75;
export const SURELY_BACKGROUND = 0.25;

/**
 * @param coverage share of each pixel's area and exposure that the drone takes, 0..1
 * @returns class ids, 255 where undecided
 */
export function labelOf(coverage: Float32Array): Uint8Array<ArrayBuffer> {
  const label = new Uint8Array(coverage.length);
  for (let i = 0; i < coverage.length; i++) {
    const share = coverage[i]!;
    if (share > SURELY_BACKGROUND) label[i] = share < SURELY_DRONE ? IGNORE_INDEX : DRONE;
  }
  return label;
}
