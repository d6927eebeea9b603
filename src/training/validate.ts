import type { Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-node";
import { readImage, readLabel } from "../dataset/read-picture.js";
import type { LabelledFrame } from "../dataset/split.js";
import { ConfusionMatrix } from "../evaluation/confusion-matrix.js";
import type { Net } from "../nets/net.js";
import { type Normalisation, normalisePicture } from "./data/normalise-picture.js";
import { runNet } from "./net/run-net.js";
import { parameterTensors } from "./net/trainer-step.js";
import type { WeightLayout, Weights } from "./net/weights.js";
import type { Tf } from "./tensorflow/load.js";
import type { Ops } from "./tensorflow/ops.js";

export interface ValidationContext {
  readonly tf: Tf;
  readonly ops: Ops;
  readonly net: Net;
  readonly layout: WeightLayout;
  readonly normalisation: Normalisation;
  readonly ignoreIndex: number;
}

/**
 * Scores weights on whole labelled frames at the labels' full size, as `mavseg eval` does.
 * @param onFrame called after each frame with the number done; awaited, so that a caller can let the event loop run;
 * says whether to go on
 * @returns null when `onFrame` said to stop
 */
export async function validate(
  context: ValidationContext,
  weights: Weights,
  frames: readonly LabelledFrame[],
  onFrame: (done: number) => Promise<boolean> | boolean = () => true,
): Promise<ConfusionMatrix | null> {
  const { tf, layout } = context;
  const confusion = new ConfusionMatrix(context.net.classCount, context.ignoreIndex);
  const tensors = parameterTensors(tf, layout, weights);
  try {
    for (const [index, frame] of frames.entries()) {
      const picture = await readImage(frame.imagePath, context.normalisation.colour);
      const label = await readLabel(frame.labelPath);
      confusion.add(label.data, predictMask(context, tensors, picture));
      if (!(await onFrame(index + 1))) return null;
    }
  } finally {
    tf.dispose([...tensors.values()]);
  }
  return confusion;
}

/** @returns class ids `[height, width]` of the picture */
export function predictMask(
  context: ValidationContext,
  tensors: ReadonlyMap<string, Tensor4D | Tensor1D>,
  picture: Parameters<typeof normalisePicture>[0],
): Uint8Array {
  const { tf, ops, net, normalisation } = context;
  const padded = normalisePicture(picture, normalisation, net.multipleOf);
  const ids = tf.tidy(() => {
    const x = tf.tensor4d(padded.data, [1, padded.height, padded.width, net.inputChannels]);
    const logits = runNet(tf, ops, net, tensors, x);
    const full = net.outputStride === 1 ? logits : ops.resizeBilinear(logits, padded.height, padded.width);
    const mask = tf.argMax(full, 3) as Tensor3D;
    return tf.slice(mask, [0, 0, 0], [1, picture.height, picture.width]);
  });
  // Read outside of tidy, which walks every element of an array that is returned from it: seconds for a full mask.
  const mask = Uint8Array.from(ids.dataSync());
  ids.dispose();
  return mask;
}
