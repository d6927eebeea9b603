import type { LabelledFrame } from "../../dataset/split.js";
import { RegionFilter } from "../../engine/reference/region-filter.js";
import { ConfusionMatrix } from "../../evaluation/confusion-matrix.js";
import type { PredictionContext } from "../net/predict.js";
import type { Weights } from "../net/weights.js";
import { type ScoredFrame, scoreFrames } from "./score-frames.js";

// The losses weigh rare classes up, so that they are learnt at all; a net then sees them where they are not. How much
// too often shows on labelled frames that it was not trained on: a number per class, added to the classifier's bias, and
// how sure the net must be somewhere in a region of the class for the region to count. Together they are a hysteresis
// threshold: the first decides how far a region reaches, the second whether there is one.

/** What was added to each class's logit, what confirms a region of it, and what both changed on the frames they were chosen on. */
export interface Calibration {
  readonly frames: number;
  readonly biases: readonly number[];
  /** As `output.confirmAt` of the manifest, for the logits with the biases; 0 keeps all regions. */
  readonly confirmAt: readonly number[];
  /** Mean IoU of the classes but background, 0..1. */
  readonly iouBefore: number;
  readonly iouAfter: number;
}

/** What is exported: on a third of 154 frames a net got thresholds that cost it 1.4 points of IoU on all of them (docs/nets.md). */
const MOST_FRAMES = 256;

/** Of a validation, which a training does again and again. */
const MOST_FRAMES_IN_TRAINING = 64;

/** Further off than that the training went wrong; what gains there on a few frames is chance. */
const MOST_BIAS = 2.5;

/** What is tried. */
export interface Grid {
  /** Changes of a bias, around the best so far, one list after the other. */
  readonly biases: readonly (readonly number[])[];
  /** Leads over the background that may confirm a region, before the bias is added. */
  readonly leads: readonly number[];
  /** How often all classes are gone through: what is best for one depends on the others'. */
  readonly rounds: number;
}

const FINE: Grid = {
  biases: [
    [-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2],
    [-0.25, 0.25],
    [-0.125, 0.125],
  ],
  leads: [0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8],
  rounds: 2,
};

/** In a training it is enough to know which of two checkpoints is better. */
export const COARSE: Grid = { biases: [[-1.6, -0.8, 0.8, 1.6]], leads: [1, 2, 4, 6], rounds: 1 };

/**
 * Runs a net over frames and finds the biases and confirming leads for it.
 * @param frames of the validation split
 * @param onProgress called with what is being done and the share of it, 0..1
 */
export async function calibrate(
  context: PredictionContext,
  weights: Weights,
  frames: readonly LabelledFrame[],
  onProgress: (what: string, share: number) => void = () => {},
): Promise<Calibration> {
  const chosen = frames.filter((_, index) => isForCalibration(index, frames.length, MOST_FRAMES));
  const scored = await scoreFrames(context, weights, chosen, (done) =>
    onProgress("running the net", done / chosen.length),
  );
  return searchThresholds(scored, context.net.classCount, context.ignoreIndex, onProgress);
}

/** Whether a frame of so many is one of those that are calibrated on: evenly spread, `most` at most. */
export function isForCalibration(index: number, frames: number, most = MOST_FRAMES_IN_TRAINING): boolean {
  return index % Math.max(1, Math.ceil(frames / most)) === 0;
}

/**
 * Finds the biases and confirming leads with the best mean IoU, class by class in ever smaller steps. Only what gains is
 * taken.
 */
export function searchThresholds(
  scored: readonly ScoredFrame[],
  classes: number,
  ignoreIndex: number,
  onProgress: (what: string, share: number) => void = () => {},
  grid: Grid = FINE,
): Calibration {
  const biases = new Float32Array(classes);
  const leads = new Float32Array(classes);
  const score = () => meanIoU(scored, biases, confirmAtOf(biases, leads), ignoreIndex);
  const iouBefore = score();
  let best = iouBefore;
  let tried = 0;
  const trials = grid.rounds * (classes - 1) * (grid.biases.flat().length + grid.leads.length);
  const tryValues = (of: Float32Array, id: number, values: readonly number[]) => {
    let chosen = of[id]!;
    for (const value of values) {
      of[id] = value;
      const trial = score();
      if (trial > best) [best, chosen] = [trial, value];
      onProgress(`mean IoU ${(best * 100).toFixed(2)} %`, ++tried / trials);
    }
    of[id] = chosen;
  };
  const biasesAround = (id: number, changes: readonly number[]) =>
    changes.map((change) => biases[id]! + change).filter((bias) => Math.abs(bias) <= MOST_BIAS);
  for (let round = 0; round < grid.rounds; round++) {
    for (let id = 1; id < classes; id++) {
      for (const changes of grid.biases) tryValues(biases, id, biasesAround(id, changes));
      tryValues(leads, id, grid.leads);
    }
  }
  const confirmAt = confirmAtOf(biases, leads);
  return { frames: scored.length, biases: [...biases], confirmAt, iouBefore, iouAfter: best };
}

/** A lead moves with its class's bias: a region is as sure as before. A class without a lead keeps all its regions. */
function confirmAtOf(biases: Float32Array, leads: Float32Array): number[] {
  return Array.from(leads, (lead, id) => (lead === 0 ? 0 : Math.max(0, lead + biases[id]!)));
}

function meanIoU(
  frames: readonly ScoredFrame[],
  biases: Float32Array,
  confirmAt: readonly number[],
  ignoreIndex: number,
): number {
  const classes = biases.length;
  const confusion = new ConfusionMatrix(classes, ignoreIndex);
  const isFiltered = confirmAt.some((lead) => lead > 0);
  for (const { logits, width, height, decoder, label } of frames) {
    const shifted = logits.slice();
    for (const [id, bias] of biases.entries())
      addTo(shifted.subarray(id * width * height), width * height, bias);
    const scores = isFiltered ? new RegionFilter(confirmAt, classes, width, height).run(shifted) : shifted;
    const mask = new Uint8Array(label.data.length);
    decoder.run(scores, mask);
    confusion.add(label.data, mask);
  }
  const known = confusion
    .iou()
    .slice(1)
    .filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
}

function addTo(values: Float32Array, count: number, summand: number): void {
  if (summand === 0) return;
  for (let at = 0; at < count; at++) values[at]! += summand;
}
