/**
 * Temperature at which both nets are compared. Above 1 it also tells how near a teacher was to other answers, which its
 * probabilities of 0.001 or 0.0001 hardly do.
 */
export const TEMPERATURE = 2;

/** Keeps the mean over no px at all finite. */
const TINY = 1e-7;

/**
 * How far a net's answers are from its teacher's: T² KL(teacher ‖ net) at a temperature T (Hinton et al.,
 * arXiv:1503.02531), the mean over all cells by their known px, each px weighted by its class as in the focal loss, and by how
 * probable the teacher finds that class: where it is wrong it is not listened to.
 */
export class DistillationLoss {
  readonly #classWeights: readonly number[];
  readonly #net: Float64Array;
  readonly #teacher: Float64Array;

  /** @param classWeights of the focal loss: without them a drone of one px in 300 would hardly count */
  constructor(classWeights: readonly number[]) {
    this.#classWeights = classWeights;
    this.#net = new Float64Array(classWeights.length);
    this.#teacher = new Float64Array(classWeights.length);
  }

  /**
   * Adds weight * d loss / d logits to a gradient.
   * @param logits `[cells, classes]`
   * @param teacher `[cells, classes]`, the teacher's logits
   * @param counts `[cells, classes]` known px of each class per cell
   * @param weight of this loss beside others
   * @param gradient `[cells, classes]`, changed in place
   * @returns weight * loss
   */
  add(
    logits: Float32Array,
    teacher: Float32Array,
    counts: Uint8Array,
    weight: number,
    gradient: Float32Array,
  ): number {
    const classes = this.#classWeights.length;
    const [p, q] = [this.#net, this.#teacher];
    let mass = TINY;
    for (let at = 0; at < logits.length; at++) mass += this.#classWeights[at % classes]! * counts[at]!;
    let sum = 0;
    for (let at = 0; at < logits.length; at += classes) {
      const logSumQ = softmax(teacher, at, q);
      let cell = 0;
      for (let c = 0; c < classes; c++) cell += this.#classWeights[c]! * counts[at + c]! * q[c]!;
      if (cell === 0) continue;
      const share = (weight * cell) / mass;
      const logSumP = softmax(logits, at, p);
      let divergence = 0;
      for (let c = 0; c < classes; c++) {
        const lead = (teacher[at + c]! - logits[at + c]!) / TEMPERATURE - logSumQ + logSumP;
        divergence += q[c]! * lead;
        gradient[at + c]! += share * TEMPERATURE * (p[c]! - q[c]!);
      }
      sum += share * TEMPERATURE ** 2 * divergence;
    }
    return sum;
  }
}

/**
 * Softmax of one cell at the temperature.
 * @returns the logarithm of the sum of exponentials, of the logits over the temperature
 */
function softmax(logits: Float32Array, at: number, out: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < out.length; c++) most = Math.max(most, logits[at + c]!);
  let sum = 0;
  for (let c = 0; c < out.length; c++) {
    const e = Math.exp((logits[at + c]! - most) / TEMPERATURE);
    out[c] = e;
    sum += e;
  }
  for (let c = 0; c < out.length; c++) out[c]! /= sum;
  return most / TEMPERATURE + Math.log(sum);
}
