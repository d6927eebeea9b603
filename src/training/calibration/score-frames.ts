import { type Picture, readImage, readLabel } from "../../dataset/read-picture.js";
import type { LabelledFrame } from "../../dataset/split.js";
import { UpsampleArgmax } from "../../engine/reference/upsample-argmax.js";
import { type Prediction, type PredictionContext, predict } from "../net/predict.js";
import { parameterTensors } from "../net/trainer-step.js";
import type { Weights } from "../net/weights.js";

/** What a net says of a labelled frame, before the choice of a class. */
export interface ScoredFrame {
  /** `[classes, height, width]` at the net's output size. */
  readonly logits: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly decoder: UpsampleArgmax;
  readonly label: Picture;
}

/** A px of so many in either direction is scored: a quarter of the time, for an IoU that differs in its last digit. */
const EVERY_PX = 2;

/** @param onFrame called with the number of frames done */
export async function scoreFrames(
  context: PredictionContext,
  weights: Weights,
  frames: readonly LabelledFrame[],
  onFrame: (done: number) => void,
): Promise<ScoredFrame[]> {
  const { tf, layout, normalisation } = context;
  const tensors = parameterTensors(tf, layout, weights);
  const scored: ScoredFrame[] = [];
  try {
    for (const { imagePath, labelPath } of frames) {
      const picture = await readImage(imagePath, normalisation.colour);
      const prediction = predict(context, tensors, picture);
      scored.push(scorePrediction(context, prediction, picture, await readLabel(labelPath), EVERY_PX));
      prediction.logits.dispose();
      onFrame(scored.length);
    }
  } finally {
    tf.dispose([...tensors.values()]);
  }
  return scored;
}

/** @param every a px of so many in either direction is scored */
export function scorePrediction(
  { tf, net }: PredictionContext,
  { logits, width, height }: Prediction,
  picture: Pick<Picture, "width" | "height">,
  label: Picture,
  every: number,
): ScoredFrame {
  const planes = tf.transpose(logits, [0, 3, 1, 2]);
  const values = planes.dataSync() as Float32Array;
  planes.dispose();
  return {
    logits: values,
    width: width / net.outputStride,
    height: height / net.outputStride,
    decoder: decoderFor(net.classCount, net.outputStride, width, height, picture, every),
    label: thin(label, every),
  };
}

function thin({ width, height, channels, data }: Picture, every: number): Picture {
  const [columns, rows] = [Math.ceil(width / every), Math.ceil(height / every)];
  const thinned = new Uint8Array(columns * rows);
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) thinned[at++] = data[y * every * width + x * every]!;
  }
  return { width: columns, height: rows, channels, data: thinned };
}

/**
 * From logits `[classes, rows, columns]` to a mask of the picture's size.
 * @param every only px of such columns and rows: 2 gives a mask of half the size
 */
export function decoderFor(
  classes: number,
  stride: number,
  width: number,
  height: number,
  picture: Pick<Picture, "width" | "height">,
  every = 1,
) {
  const columns = width / stride;
  // Px x of the mask is px `every * x` of the picture, whose centre lies at every * x + 0.5.
  const along = (side: number) => ({
    from: 0,
    to: Math.ceil(side / every),
    scale: every / stride,
    shift: (0.5 - 0.5 * every) / stride,
  });
  const layout = {
    width: columns,
    height: height / stride,
    classStride: (columns * height) / stride,
    rowStride: columns,
    columnStride: 1,
  };
  const frame = {
    width: Math.ceil(picture.width / every),
    height: Math.ceil(picture.height / every),
    x: along(picture.width),
    y: along(picture.height),
  };
  return new UpsampleArgmax(classes, layout, frame);
}
