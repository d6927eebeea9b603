import { type InputFacts, inferInput } from "./infer-input.js";
import { inferOutput } from "./infer-output.js";
import { placeholderClasses } from "./manifest.js";
import type { OnnxGraph } from "./onnx-model.js";
import type { PartialManifest } from "./partial-manifest.js";

/**
 * Says of a model's manifest what the shapes of its input and output tell. Normalisation, the order of colours and
 * how a frame is brought to a fixed size are not in a graph and stay out, but for uint8 inputs, which take pixels as
 * they are.
 * @param stated keys that are known already; names and layouts in it decide where the graph leaves a choice
 * @param name for a model that brings none
 * @throws MavsegError `MODEL_NOT_SEGMENTATION`
 */
export function inferManifest(graph: OnnxGraph, stated: PartialManifest, name: string): PartialManifest {
  const input = inferInput(graph, stated.input);
  const output = inferOutput(graph, input, stated.output);
  const { classCount } = output;
  return {
    version: 1,
    name,
    ...(classCount === undefined ? {} : { classes: placeholderClasses(classCount) }),
    input: {
      name: input.name,
      dtype: input.dtype,
      ...(input.layout === undefined ? {} : { layout: input.layout }),
      ...(input.channels === 1 ? { colour: "grey" as const } : {}),
      ...inferSize(input),
      ...inferNormalisation(input, stated.input),
    },
    output: output.manifest,
  };
}

function inferSize({ width, height }: InputFacts): PartialManifest["input"] {
  return typeof height === "number" && typeof width === "number"
    ? { size: { width, height } }
    : { size: null, resize: "none" };
}

function inferNormalisation(input: InputFacts, stated: PartialManifest["input"]): PartialManifest["input"] {
  const channels = stated?.colour === undefined ? input.channels : stated.colour === "grey" ? 1 : 3;
  if (input.dtype !== "uint8" || channels === undefined) return {};
  return { scale: 1, mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(1) };
}
