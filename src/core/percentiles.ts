/**
 * The p-th percentile by linear interpolation between the two nearest ranks (the default of NumPy and R type 7).
 * @param sorted ascending, at least one value
 * @param p 0..100
 */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = ((sorted.length - 1) * p) / 100;
  const low = Math.floor(rank);
  const high = Math.min(low + 1, sorted.length - 1);
  return (sorted[low] as number) + ((sorted[high] as number) - (sorted[low] as number)) * (rank - low);
}
