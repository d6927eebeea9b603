import type { LossOptions } from "../../../src/training/loss/segmentation-loss.js";

/** The loss's own terms against quotients of nothing. */
const TINY = 1e-7;
const DICE_SMOOTHING = 10;

/**
 * The loss as its papers write it, in float64 and without a thought for speed.
 * @param logits `[cells, classes]`
 * @param counts `[cells, classes]`
 */
export function plainLoss(
  logits: ArrayLike<number>,
  counts: ArrayLike<number>,
  cellPixels: number,
  { classWeights, focalGamma, diceWeight }: LossOptions,
): { loss: number; focal: number; dice: number } {
  const classes = classWeights.length;
  const cells = logits.length / classes;
  const logProbability = (cell: number, c: number) => {
    const own = classWeights.map((_, k) => logits[cell * classes + k]!);
    const most = Math.max(...own);
    return own[c]! - most - Math.log(own.reduce((sum, value) => sum + Math.exp(value - most), 0));
  };
  let mass = TINY;
  let focal = 0;
  const both = classWeights.map(() => 0);
  const either = classWeights.map(() => 0);
  for (let cell = 0; cell < cells; cell++) {
    let known = 0;
    for (let c = 0; c < classes; c++) known += counts[cell * classes + c]!;
    for (let c = 0; c < classes; c++) {
      const log = logProbability(cell, c);
      const p = Math.exp(log);
      const count = counts[cell * classes + c]!;
      mass += classWeights[c]! * count;
      focal -= classWeights[c]! * count * (1 - p) ** focalGamma * log;
      both[c]! += (p * count) / cellPixels;
      either[c]! += (p * known + count) / cellPixels;
    }
  }
  focal /= mass;
  let dice = 0;
  for (let c = 1; c < classes; c++) {
    dice += (1 - (2 * both[c]! + DICE_SMOOTHING) / (either[c]! + DICE_SMOOTHING)) / (classes - 1);
  }
  return { loss: focal + diceWeight * dice, focal, dice };
}
