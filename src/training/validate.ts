import { readImage, readLabel } from "../dataset/read-picture.js";
import type { LabelledFrame } from "../dataset/split.js";
import { ConfusionMatrix } from "../evaluation/confusion-matrix.js";
import { COARSE, isForCalibration, searchThresholds } from "./calibration/calibrate.js";
import { type ScoredFrame, scorePrediction } from "./calibration/score-frames.js";
import { maskOf, type PredictionContext, predict } from "./net/predict.js";
import { parameterTensors } from "./net/trainer-step.js";
import type { Weights } from "./net/weights.js";

export interface Validation {
  /** Of all px at the labels' full size, as `mavseg eval` counts them. */
  readonly confusion: ConfusionMatrix;
  /**
   * What the net is worth once it is calibrated, to within a point: mean IoU of the classes but background, 0..1. By it a
   * training chooses its best checkpoint, for before calibration long trainings look no better than short ones
   * (docs/nets.md).
   */
  readonly calibratedIoU: number;
}

/** A px of so many in either direction, for the calibrated score. */
const CALIBRATE_EVERY_PX = 4;

/**
 * Scores weights on whole labelled frames, as they are and calibrated.
 * @param onFrame called after each frame with the number done; awaited, so that a caller can let the event loop run;
 * says whether to go on
 * @returns null when `onFrame` said to stop
 */
export async function validate(
  context: PredictionContext,
  weights: Weights,
  frames: readonly LabelledFrame[],
  onFrame: (done: number) => Promise<boolean> | boolean = () => true,
): Promise<Validation | null> {
  const { tf, net, layout, normalisation, ignoreIndex } = context;
  const confusion = new ConfusionMatrix(net.classCount, ignoreIndex);
  const scored: ScoredFrame[] = [];
  const tensors = parameterTensors(tf, layout, weights);
  try {
    for (const [index, frame] of frames.entries()) {
      const picture = await readImage(frame.imagePath, normalisation.colour);
      const label = await readLabel(frame.labelPath);
      const prediction = predict(context, tensors, picture);
      confusion.add(label.data, maskOf(context, prediction, picture));
      if (isForCalibration(index, frames.length)) {
        scored.push(scorePrediction(context, prediction, picture, label, CALIBRATE_EVERY_PX));
      }
      prediction.logits.dispose();
      if (!(await onFrame(index + 1))) return null;
    }
  } finally {
    tf.dispose([...tensors.values()]);
  }
  const { iouAfter } = searchThresholds(scored, net.classCount, ignoreIndex, () => {}, COARSE);
  return { confusion, calibratedIoU: iouAfter };
}
