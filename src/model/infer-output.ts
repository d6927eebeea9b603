import { describeValues, notSegmentation } from "./describe-value.js";
import type { InputFacts } from "./infer-input.js";
import type { ModelManifest } from "./manifest.js";
import { ONNX_TYPE, type OnnxGraph, type OnnxValueInfo } from "./onnx-model.js";
import type { PartialManifest } from "./partial-manifest.js";

/** What the shape of the output says; keys that it leaves open are missing. */
export interface OutputFacts {
  readonly manifest: Partial<ModelManifest["output"]>;
  /** undefined for class ids and for a free number of channels */
  readonly classCount: number | undefined;
}

type Layout = ModelManifest["output"]["layout"];
type Size = number | string | null;

const LOGIT_TYPES: readonly number[] = [ONNX_TYPE.float32, ONNX_TYPE.float16];
const CLASS_ID_TYPES: readonly number[] = [ONNX_TYPE.int64, ONNX_TYPE.int32, ONNX_TYPE.uint8];

/** Class ids are bytes and 255 is the ignore value. */
const MAX_CLASSES = 255;

/** The largest stride that a manifest may state. */
const MAX_STRIDE = 64;

/**
 * Reads the output of a segmentation: logits [N,C,h,w] or [N,h,w,C], or class ids [N,h,w], [N,1,h,w] or [N,h,w,1].
 * Of several fitting outputs the first is taken; nets with auxiliary heads (torchvision) name the main one first.
 * @param stated what is known already; its output name and layout win over a guess
 * @throws MavsegError `MODEL_NOT_SEGMENTATION`
 */
export function inferOutput(
  graph: OnnxGraph,
  input: InputFacts,
  stated: PartialManifest["output"],
): OutputFacts {
  const candidates =
    stated?.name === undefined ? graph.output : graph.output.filter((value) => value.name === stated.name);
  for (const value of candidates) {
    const facts = readOutput(value, input, stated?.layout);
    if (facts !== undefined) return facts;
  }
  const wanted = stated?.name === undefined ? "an output" : `the output ${stated.name}`;
  throw notSegmentation(
    `${wanted} of logits [N,C,h,w] or [N,h,w,C] with up to ${MAX_CLASSES} classes, or of class ids [N,h,w], at most ${MAX_STRIDE} times smaller than the input`,
    `the outputs ${describeValues(graph.output)}`,
  );
}

function readOutput(
  value: OnnxValueInfo,
  input: InputFacts,
  statedLayout: Layout | undefined,
): OutputFacts | undefined {
  const isLogits = LOGIT_TYPES.includes(value.elemType);
  if (!isLogits && !CLASS_ID_TYPES.includes(value.elemType)) return undefined;
  const named = { name: value.name, ...(isLogits ? {} : { kind: "class-ids" as const }) };
  if (value.shape === null) return { manifest: named, classCount: undefined };
  if (!isLogits && value.shape.length === 3) return withPlane(named, value.shape[1]!, value.shape[2]!, input);
  if (value.shape.length !== 4) return undefined;
  // The input's layout is the likelier one; small sizes may fit both.
  const guesses: Layout[] = input.layout === "NHWC" ? ["NHWC", "NCHW"] : ["NCHW", "NHWC"];
  for (const layout of statedLayout === undefined ? guesses : [statedLayout]) {
    const facts = readPlanes(named, value.shape, layout, isLogits, input);
    if (facts !== undefined) return facts;
  }
  return undefined;
}

function readPlanes(
  named: Partial<ModelManifest["output"]>,
  shape: readonly Size[],
  layout: Layout,
  isLogits: boolean,
  input: InputFacts,
): OutputFacts | undefined {
  const [, a = null, b = null, c = null] = shape;
  const [channels, height, width] = layout === "NCHW" ? [a, b, c] : [c, a, b];
  // A free size is no channel count where the other layout finds a number: leave the choice to that one.
  if (typeof channels !== "number" && [a, b, c].some((size) => typeof size === "number")) return undefined;
  if (typeof channels !== "number") return isLogits ? { manifest: named, classCount: undefined } : undefined;
  if (channels < 1 || channels > MAX_CLASSES || (!isLogits && channels !== 1)) return undefined;
  const kind = !isLogits ? "class-ids" : channels === 1 ? "binary-logit" : "logits";
  const facts = withPlane({ ...named, kind, layout }, height, width, input);
  return facts && { ...facts, classCount: !isLogits ? undefined : Math.max(2, channels) };
}

/** Adds the stride; undefined when the plane cannot be a smaller picture of the input. */
function withPlane(
  manifest: Partial<ModelManifest["output"]>,
  height: Size,
  width: Size,
  input: InputFacts,
): OutputFacts | undefined {
  if (typeof height === "number" && typeof width === "number") {
    if (typeof input.height === "number" && typeof input.width === "number") {
      const stride = Math.round(input.height / height);
      const fits = Math.ceil(input.height / stride) === height && Math.ceil(input.width / stride) === width;
      return fits && stride >= 1 && stride <= MAX_STRIDE
        ? { manifest: { ...manifest, stride }, classCount: undefined }
        : undefined;
    }
  } else if (typeof height === "string" && height === input.height && width === input.width) {
    return { manifest: { ...manifest, stride: 1 }, classCount: undefined };
  }
  return { manifest, classCount: undefined };
}
