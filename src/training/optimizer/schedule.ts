/** Of the highest rate, where warm-up begins. */
const FIRST_SHARE = 0.01;

/**
 * Linear warm-up, then half a cosine (Loshchilov & Hutter, arXiv:1608.03983).
 * @param progress share of the training that is done, 0..1
 * @param warmUp share in which the rate rises
 * @param finalShare the last rate, as a share of the highest: not 0, so that the last minutes still learn a little
 */
export function learningRateAt(progress: number, highest: number, warmUp: number, finalShare = 0.01): number {
  const p = Math.min(Math.max(progress, 0), 1);
  if (p < warmUp) return highest * Math.max(p / warmUp, FIRST_SHARE);
  const along = (p - warmUp) / (1 - warmUp);
  return highest * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * along)));
}
