/** The last learning rate, as a share of the highest: not 0, so that the last minutes still learn a little. */
const FINAL_SHARE = 0.01;

/**
 * Linear warm-up, then half a cosine (Loshchilov & Hutter, arXiv:1608.03983).
 * @param progress share of the training that is done, 0..1
 * @param warmUp share in which the rate rises
 */
export function learningRateAt(progress: number, highest: number, warmUp: number): number {
  const p = Math.min(Math.max(progress, 0), 1);
  if (p < warmUp) return highest * Math.max(p / warmUp, FINAL_SHARE);
  const along = (p - warmUp) / (1 - warmUp);
  return highest * (FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + Math.cos(Math.PI * along)));
}
