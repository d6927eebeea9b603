/** Young averages follow faster: after n steps they are about the mean of the last tenth of them. */
const YOUTH_STEPS = 10;

/**
 * The share of the old value that an average keeps in a step.
 * @param step steps done before this one
 */
export function keptShare(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (YOUTH_STEPS + step));
}

/**
 * Moves the average of the weights, in place (Polyak averaging). The noise of the last steps averages out, which for
 * nets of a few thousand weights is worth several points of IoU.
 * @param step steps done before this one
 */
export function moveAverage(average: Float32Array, weights: Float32Array, decay: number, step: number): void {
  const keep = keptShare(decay, step);
  for (let i = 0; i < average.length; i++) average[i] = keep * average[i]! + (1 - keep) * weights[i]!;
}
