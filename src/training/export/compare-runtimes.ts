import * as ort from "onnxruntime-node";
import { halvesToFloats, toHalf } from "../../core/half-float.js";
import { stampNow } from "../../core/stamp.js";
import { type Picture, readImage } from "../../dataset/read-picture.js";
import type { LabelledFrame } from "../../dataset/split.js";
import { createEngine } from "../../engine/create-engine.js";
import type { Engine } from "../../engine/engine.js";
import { withAllRegions } from "../../model/all-regions.js";
import type { LoadedModel } from "../../model/load-model.js";
import { normalisePicture } from "../data/normalise-picture.js";
import { maskOf, type Prediction, type PredictionContext, predict } from "../net/predict.js";
import { parameterTensors } from "../net/trainer-step.js";
import type { Weights } from "../net/weights.js";

/** How far the exported file is from what was trained, over all pictures. */
export interface RuntimeDifference {
  readonly images: number;
  /** Largest |logit under ONNX Runtime - logit under TensorFlow|. */
  readonly largestLogitDifference: number;
  /** Share of px on which the engine's mask and TensorFlow's are equal, 0..1. */
  readonly equalMaskShare: number;
}

/**
 * Runs the exported bytes under ONNX Runtime and through the whole engine, picture to mask with all regions kept, and
 * holds both against TensorFlow with the trained weights.
 * @param onImage called with the number of pictures done
 */
export async function compareRuntimes(
  context: PredictionContext,
  weights: Weights,
  model: LoadedModel,
  frames: readonly LabelledFrame[],
  onImage: (done: number) => void = () => {},
): Promise<RuntimeDifference> {
  const { tf, layout } = context;
  const tensors = parameterTensors(tf, layout, weights);
  const session = await ort.InferenceSession.create(model.bytes);
  // TensorFlow's mask is of the net alone.
  const engine = await createEngine(withAllRegions(model), { executionProvider: "cpu" });
  let largest = 0;
  let equal = 0;
  let pixels = 0;
  try {
    for (const [index, frame] of frames.entries()) {
      const picture = await readImage(frame.imagePath, context.normalisation.colour);
      const prediction = predict(context, tensors, picture);
      const expected = maskOf(context, prediction, picture);
      largest = Math.max(largest, await logitDifference(context, prediction, session, model, picture));
      const mask = await engineMask(engine, picture, index);
      for (let i = 0; i < expected.length; i++) if (expected[i] === mask[i]) equal++;
      pixels += expected.length;
      onImage(index + 1);
    }
  } finally {
    tf.dispose([...tensors.values()]);
    await engine.close();
    await session.release();
  }
  return { images: frames.length, largestLogitDifference: largest, equalMaskShare: equal / pixels };
}

/** Disposes of the prediction's logits. */
async function logitDifference(
  { tf, net, normalisation }: PredictionContext,
  prediction: Prediction,
  session: ort.InferenceSession,
  { manifest }: LoadedModel,
  picture: Picture,
): Promise<number> {
  const { width, height, data } = normalisePicture(picture, normalisation, net.multipleOf);
  const channels = net.inputChannels;
  const planes = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < width * height; i++) planes[c * width * height + i] = data[i * channels + c]!;
  }
  const isHalf = manifest.input.dtype === "float16";
  const dims = [1, channels, height, width];
  const tensor = isHalf
    ? new ort.Tensor("float16", Uint16Array.from(planes, toHalf), dims)
    : new ort.Tensor("float32", planes, dims);
  const output = (await session.run({ [manifest.input.name]: tensor }))[manifest.output.name]!.data;
  const actual = isHalf ? floatsOf(output as Uint16Array) : (output as Float32Array);
  const logits = tf.transpose(prediction.logits, [0, 3, 1, 2]);
  const expected = logits.dataSync();
  tf.dispose([logits, prediction.logits]);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]! - actual[i]!));
  return largest;
}

function floatsOf(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  halvesToFloats(halves, floats);
  return floats;
}

async function engineMask(engine: Engine, picture: Picture, seq: number): Promise<Uint8Array> {
  const { width, height, channels, data } = picture;
  const mask = await engine.segment({
    seq,
    stamp: stampNow(),
    frameId: "export",
    width,
    height,
    step: width * channels,
    encoding: channels === 1 ? "mono8" : "rgb8",
    data,
  });
  return mask.data;
}
