import { keptShare } from "../optimizer/moving-average.js";
import type { WeightLayout, Weights } from "./weights.js";

/** Share of the old value that a step keeps in the long run: an average over the last hundred steps. */
export const STATISTICS_DECAY = 0.99;

/** What one use of a norm saw. */
export interface NormSample {
  readonly norm: string;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * Moves the running statistics towards those of a step, in place. A tied norm was used several times: its statistics
 * are those of all uses' values pooled, since one folded kernel has to serve them all.
 * @param step updates done before this one: the first ones count for more, so that a short training does not end with
 * the start values of its statistics
 * @param decay share of the old value that an update keeps in the long run
 */
export function updateStatistics(
  layout: WeightLayout,
  weights: Weights,
  samples: readonly NormSample[],
  step: number,
  decay = STATISTICS_DECAY,
): void {
  const keep = keptShare(decay, step);
  const views = layout.byName(weights);
  for (const [norm, uses] of groupByNorm(samples)) {
    const runningMean = views.get(`${norm}.mean`)!;
    const runningVariance = views.get(`${norm}.variance`)!;
    for (let c = 0; c < runningMean.length; c++) {
      let mean = 0;
      let square = 0;
      for (const use of uses) {
        mean += use.mean[c]! / uses.length;
        square += (use.variance[c]! + use.mean[c]! * use.mean[c]!) / uses.length;
      }
      runningMean[c] = keep * runningMean[c]! + (1 - keep) * mean;
      runningVariance[c] = keep * runningVariance[c]! + (1 - keep) * Math.max(square - mean * mean, 0);
    }
  }
}

function groupByNorm(samples: readonly NormSample[]): Map<string, NormSample[]> {
  const groups = new Map<string, NormSample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.norm);
    if (group === undefined) groups.set(sample.norm, [sample]);
    else group.push(sample);
  }
  return groups;
}
