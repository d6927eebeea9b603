/** How the loss weighs things; see `TrainingOptions`. */
export interface LossOptions {
  readonly classWeights: readonly number[];
  readonly focalGamma: number;
  readonly diceWeight: number;
}

export interface LossResult {
  /** focal + diceWeight * dice */
  readonly loss: number;
  readonly focal: number;
  readonly dice: number;
  /** d loss / d logits, same layout as the logits; the same array every time the evaluator is called. */
  readonly gradient: Float32Array;
}

/** Keeps the mean over no px at all finite. */
const TINY = 1e-7;

/**
 * Keeps logarithms and quotients finite in float32. Far below any probability that matters: a px that is wrong with
 * certainty must keep its whole gradient, and with a limit of 1e-7 it lost it from a difference of logits of 16 on.
 */
const LEAST_PROBABILITY = 1e-30;

/** Pixels added to the Dice quotient: a class that a batch hardly shows must not swing the loss. */
const DICE_SMOOTHING_CELLS = 10;

/**
 * Weighted focal loss (Lin et al., arXiv:1708.02002) plus soft Dice loss over the foreground classes (Milletari et
 * al., arXiv:1606.04797), on cells that hold several px: a cell's target is the share of each class in its known px,
 * and it counts by how much of it is known.
 *
 * Plain loops instead of a graph of tensor operations: one pass with everything in registers is faster than a dozen
 * maps of batch size, and the gradient can be checked against differences without TensorFlow.
 */
export class SegmentationLoss {
  readonly #options: LossOptions;
  readonly #classCount: number;
  #probabilities = new Float32Array(0);
  #gradient = new Float32Array(0);

  constructor(classCount: number, options: LossOptions) {
    this.#options = options;
    this.#classCount = classCount;
  }

  /**
   * @param logits `[cells, classes]`
   * @param counts `[cells, classes]` known px of each class per cell
   * @param cellPixels px per cell
   */
  evaluate(logits: Float32Array, counts: Uint8Array, cellPixels: number): LossResult {
    if (this.#probabilities.length !== logits.length) {
      this.#probabilities = new Float32Array(logits.length);
      this.#gradient = new Float32Array(logits.length);
    }
    this.#softmax(logits);
    const focal = this.#focal(counts);
    const dice = this.#dice(counts, cellPixels);
    this.#throughSoftmax();
    return { loss: focal + this.#options.diceWeight * dice, focal, dice, gradient: this.#gradient };
  }

  #softmax(logits: Float32Array): void {
    const classes = this.#classCount;
    const p = this.#probabilities;
    for (let at = 0; at < logits.length; at += classes) {
      let most = logits[at]!;
      for (let c = 1; c < classes; c++) if (logits[at + c]! > most) most = logits[at + c]!;
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        const e = Math.exp(logits[at + c]! - most);
        p[at + c] = e;
        sum += e;
      }
      for (let c = 0; c < classes; c++) p[at + c]! /= sum;
    }
  }

  /** Leaves d focal / d p in the gradient; the mean over all known px, weighted by their class. */
  #focal(counts: Uint8Array): number {
    const classes = this.#classCount;
    const { classWeights, focalGamma } = this.#options;
    const p = this.#probabilities;
    const g = this.#gradient;
    let mass = TINY;
    for (let at = 0; at < p.length; at++) mass += classWeights[at % classes]! * counts[at]!;
    let sum = 0;
    for (let at = 0; at < p.length; at++) {
      const count = counts[at]!;
      if (count === 0) {
        g[at] = 0;
        continue;
      }
      const weight = (classWeights[at % classes]! * count) / mass;
      const q = Math.max(p[at]!, LEAST_PROBABILITY);
      const miss = 1 - q;
      const log = Math.log(q);
      const focus = focalGamma === 2 ? miss * miss : miss ** focalGamma;
      const slope = focalGamma === 2 ? 2 * miss : focalGamma * Math.max(miss, TINY) ** (focalGamma - 1);
      sum -= weight * focus * log;
      g[at] = weight * (slope * log - focus / q);
    }
    return sum;
  }

  /** Adds diceWeight * d dice / d p; the mean over the foreground classes. */
  #dice(counts: Uint8Array, cellPixels: number): number {
    const classes = this.#classCount;
    const p = this.#probabilities;
    const g = this.#gradient;
    const both = new Float64Array(classes);
    const either = new Float64Array(classes);
    for (let at = 0; at < p.length; at += classes) {
      const known = knownShare(counts, at, classes, cellPixels);
      if (known === 0) continue;
      for (let c = 1; c < classes; c++) {
        const target = counts[at + c]! / cellPixels;
        both[c]! += p[at + c]! * target;
        either[c]! += p[at + c]! * known + target;
      }
    }
    const share = this.#options.diceWeight / (classes - 1);
    let sum = 0;
    for (let c = 1; c < classes; c++) {
      const top = 2 * both[c]! + DICE_SMOOTHING_CELLS;
      const bottom = either[c]! + DICE_SMOOTHING_CELLS;
      sum += 1 - top / bottom;
      for (let at = 0; at < p.length; at += classes) {
        const known = knownShare(counts, at, classes, cellPixels);
        if (known === 0) continue;
        const target = counts[at + c]! / cellPixels;
        g[at + c]! += (share * ((known * top) / bottom - 2 * target)) / bottom;
      }
    }
    return sum / (classes - 1);
  }

  /** From d / d p to d / d logits: p_k (g_k - sum_c p_c g_c). */
  #throughSoftmax(): void {
    const classes = this.#classCount;
    const p = this.#probabilities;
    const g = this.#gradient;
    for (let at = 0; at < p.length; at += classes) {
      let mean = 0;
      for (let c = 0; c < classes; c++) mean += p[at + c]! * g[at + c]!;
      for (let c = 0; c < classes; c++) g[at + c] = p[at + c]! * (g[at + c]! - mean);
    }
  }
}

function knownShare(counts: Uint8Array, at: number, classes: number, cellPixels: number): number {
  let known = 0;
  for (let c = 0; c < classes; c++) known += counts[at + c]!;
  return known / cellPixels;
}
