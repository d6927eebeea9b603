import { describeValue, describeValues, notSegmentation } from "./describe-value.js";
import type { ModelManifest } from "./manifest.js";
import { ONNX_TYPE, type OnnxGraph, type OnnxValueInfo } from "./onnx-model.js";
import type { PartialManifest } from "./partial-manifest.js";

/** What the shape of the image input says. */
export interface InputFacts {
  readonly name: string;
  readonly dtype: ModelManifest["input"]["dtype"];
  /** undefined where the shape leaves it open */
  readonly layout: ModelManifest["input"]["layout"] | undefined;
  /** undefined where the shape leaves it open */
  readonly channels: 1 | 3 | undefined;
  /** A number for a fixed size, the name of a free one, null for nothing. */
  readonly height: number | string | null;
  readonly width: number | string | null;
}

const DTYPES: Readonly<Record<number, ModelManifest["input"]["dtype"]>> = {
  [ONNX_TYPE.float32]: "float32",
  [ONNX_TYPE.float16]: "float16",
  [ONNX_TYPE.uint8]: "uint8",
};

/**
 * Reads the one image input of a graph: [N,C,H,W] or [N,H,W,C] with one or three channels.
 * @param stated what is known already; its layout wins over a guess
 * @throws MavsegError `MODEL_NOT_SEGMENTATION`
 */
export function inferInput(graph: OnnxGraph, stated: PartialManifest["input"]): InputFacts {
  const input = imageInput(graph);
  const dtype = DTYPES[input.elemType];
  if (dtype === undefined)
    throw notSegmentation("an input of float32, float16 or uint8", describeValue(input));
  if (input.shape !== null && input.shape.length !== 4) {
    throw notSegmentation("an image input [N,C,H,W] or [N,H,W,C]", describeValue(input));
  }
  const batch = input.shape?.[0];
  if (typeof batch === "number" && batch !== 1)
    throw notSegmentation("a batch of 1, or a free one", describeValue(input));
  const layout = stated?.layout ?? guessLayout(input);
  const [, second = null, third = null, fourth = null] = input.shape ?? [];
  const [channels, height, width] = layout === "NHWC" ? [fourth, second, third] : [second, third, fourth];
  if (layout !== undefined && typeof channels === "number" && channels !== 1 && channels !== 3) {
    throw notSegmentation("an image input of 1 or 3 channels", describeValue(input));
  }
  const known = layout !== undefined && (channels === 1 || channels === 3) ? channels : undefined;
  return { name: input.name, dtype, layout, channels: known, height, width };
}

function imageInput(graph: OnnxGraph): OnnxValueInfo {
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  const inputs = graph.input.filter((value) => !constants.has(value.name));
  if (inputs.length !== 1) throw notSegmentation("one image input", `the inputs ${describeValues(inputs)}`);
  return inputs[0]!;
}

function guessLayout(input: OnnxValueInfo): InputFacts["layout"] {
  const [, second, , fourth] = input.shape ?? [];
  const isChannels = (size: unknown) => size === 1 || size === 3;
  if (isChannels(second)) return "NCHW";
  if (isChannels(fourth)) return "NHWC";
  // Numbers at both places that are no channels are an error under either layout; a free size leaves it open.
  return typeof second === "number" && typeof fourth === "number" ? "NCHW" : undefined;
}
