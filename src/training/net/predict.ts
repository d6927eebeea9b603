import type { Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-node";
import type { Picture } from "../../dataset/read-picture.js";
import type { Net } from "../../nets/net.js";
import { type Normalisation, normalisePicture } from "../data/normalise-picture.js";
import type { Tf } from "../tensorflow/load.js";
import type { Ops } from "../tensorflow/ops.js";
import { runNet } from "./run-net.js";
import type { WeightLayout } from "./weights.js";

/** A net, and all that a picture's way through it needs but the weights. */
export interface PredictionContext {
  readonly tf: Tf;
  readonly ops: Ops;
  readonly net: Net;
  readonly layout: WeightLayout;
  readonly normalisation: Normalisation;
  readonly ignoreIndex: number;
}

/** What a net says of a picture. */
export interface Prediction {
  /** `[1, height / stride, width / stride, classes]`; the caller's to dispose of. */
  readonly logits: Tensor4D;
  /** Sides of the padded picture in px. */
  readonly width: number;
  readonly height: number;
}

type Parameters = ReadonlyMap<string, Tensor4D | Tensor1D>;

/** Runs a net over a whole picture. */
export function predict(
  { tf, ops, net, normalisation }: PredictionContext,
  tensors: Parameters,
  picture: Picture,
): Prediction {
  const { width, height, data } = normalisePicture(picture, normalisation, net.multipleOf);
  const logits = tf.tidy(() =>
    runNet(tf, ops, net, tensors, tf.tensor4d(data, [1, height, width, net.inputChannels])),
  );
  return { logits, width, height };
}

/** @returns class ids `[height, width]` of the picture, from its prediction */
export function maskOf(
  { tf, ops, net }: PredictionContext,
  { logits, width, height }: Prediction,
  picture: Pick<Picture, "width" | "height">,
): Uint8Array {
  const ids = tf.tidy(() => {
    const full = net.outputStride === 1 ? logits : ops.resizeBilinear(logits, height, width);
    const mask = tf.argMax(full, 3) as Tensor3D;
    return tf.slice(mask, [0, 0, 0], [1, picture.height, picture.width]);
  });
  // Read outside of tidy, which walks every element of an array that is returned from it: seconds for a full mask.
  const mask = Uint8Array.from(ids.dataSync());
  ids.dispose();
  return mask;
}
