import type { LabelledFrame } from "../../dataset/split.js";
import { ConfusionMatrix } from "../../evaluation/confusion-matrix.js";
import type { Weights } from "../net/weights.js";
import type { ValidationContext } from "../validate.js";
import { type ScoredFrame, scoreFrames } from "./score-frames.js";

// The losses weigh rare classes up, so that they are learnt at all; a net then sees them where they are not. How much
// too often shows on labelled frames that it was not trained on: a number per class, added to the classifier's bias.

/** What was added to each class's logit, and what it changed on the frames it was chosen on. */
export interface Calibration {
  readonly frames: number;
  readonly biases: readonly number[];
  /** Mean IoU of the classes but background, 0..1. */
  readonly iouBefore: number;
  readonly iouAfter: number;
}

/** More would gain nothing but waiting. */
const MOST_FRAMES = 64;

/** Further off than that the training went wrong; what gains there on a few frames is chance. */
const MOST_BIAS = 2.5;

/** Tried first, around the best so far. */
const COARSE = [-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2];
/** Tried around the best so far, one list after the other. */
const FINE = [
  [-0.25, 0.25],
  [-0.125, 0.125],
];
/** What is best for one class depends on the others'. */
const ROUNDS = 2;

/**
 * Runs a net over frames and finds the biases for it.
 * @param frames of the validation split
 * @param onProgress called with what is being done and the share of it, 0..1
 */
export async function calibrate(
  context: ValidationContext,
  weights: Weights,
  frames: readonly LabelledFrame[],
  onProgress: (what: string, share: number) => void = () => {},
): Promise<Calibration> {
  const every = Math.max(1, Math.ceil(frames.length / MOST_FRAMES));
  const chosen = frames.filter((_, index) => index % every === 0);
  const scored = await scoreFrames(context, weights, chosen, (done) =>
    onProgress("running the net", done / chosen.length),
  );
  return searchBiases(scored, context.net.classCount, context.ignoreIndex, onProgress);
}

/**
 * Finds the biases with the best mean IoU, class by class in ever smaller steps. Only what gains is taken.
 */
export function searchBiases(
  scored: readonly ScoredFrame[],
  classes: number,
  ignoreIndex: number,
  onProgress: (what: string, share: number) => void = () => {},
): Calibration {
  const biases = new Float32Array(classes);
  const score = () => meanIoU(scored, biases, ignoreIndex);
  const iouBefore = score();
  let best = iouBefore;
  let tried = 0;
  const trials = ROUNDS * (classes - 1) * (COARSE.length + FINE.flat().length);
  const tryAround = (id: number, changes: readonly number[]) => {
    const centre = biases[id]!;
    let chosen = centre;
    for (const change of changes) {
      if (Math.abs(centre + change) > MOST_BIAS) continue;
      biases[id] = centre + change;
      const trial = score();
      if (trial > best) [best, chosen] = [trial, biases[id]];
      onProgress(`mean IoU ${(best * 100).toFixed(2)} %`, ++tried / trials);
    }
    biases[id] = chosen;
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let id = 1; id < classes; id++) {
      for (const changes of [COARSE, ...FINE]) tryAround(id, changes);
    }
  }
  return { frames: scored.length, biases: [...biases], iouBefore, iouAfter: best };
}

function meanIoU(frames: readonly ScoredFrame[], biases: Float32Array, ignoreIndex: number): number {
  const classes = biases.length;
  const confusion = new ConfusionMatrix(classes, ignoreIndex);
  for (const { logits, decoder, label } of frames) {
    const shifted = logits.map((value, at) => value + biases[at % classes]!);
    const mask = new Uint8Array(label.data.length);
    decoder.run(shifted, mask);
    confusion.add(label.data, mask);
  }
  const known = confusion
    .iou()
    .slice(1)
    .filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
}
