import { MANIFEST_KEY } from "../../src/model/manifest.js";
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from "../../src/model/onnx-model.js";
import { ONNX_TYPE } from "../../src/model/onnx-model.js";

type Shape = NonNullable<OnnxValueInfo["shape"]>;

/** Small models whose output is known by heart. */
export function onnxModel(parts: {
  readonly node: readonly OnnxNode[];
  readonly initializer?: readonly OnnxTensor[];
  readonly input: readonly OnnxValueInfo[];
  readonly output: readonly OnnxValueInfo[];
  readonly manifest?: object;
}): OnnxModel {
  const { node, initializer = [], input, output, manifest } = parts;
  return {
    irVersion: 8,
    producerName: "golden",
    producerVersion: "1",
    opsetImport: [{ domain: "", version: 17 }],
    graph: { name: "golden", node, initializer, input, output },
    metadataProps: manifest === undefined ? [] : [{ key: MANIFEST_KEY, value: JSON.stringify(manifest) }],
  };
}

export function value(name: string, type: keyof typeof ONNX_TYPE, shape: Shape | null): OnnxValueInfo {
  return { name, elemType: ONNX_TYPE[type], shape };
}

export function node(
  opType: string,
  input: readonly string[],
  output: string,
  attribute: OnnxNode["attribute"] = [],
): OnnxNode {
  return { opType, name: "", input, output: [output], attribute };
}

export function constant(name: string, dims: readonly number[], floatData: readonly number[]): OnnxTensor {
  return { name, dims, dataType: ONNX_TYPE.float32, floatData };
}

/**
 * A 1x1 convolution over RGB in 0..1 with as many classes as `weights` has rows: the logit of class c is
 * `weights[c] . (r, g, b) + bias[c]`.
 */
export function convModel(
  weights: readonly (readonly number[])[],
  bias: readonly number[],
  manifest?: object,
): OnnxModel {
  const channels = weights[0]!.length;
  return onnxModel({
    node: [node("Conv", ["image", "kernel", "bias"], "logits")],
    initializer: [
      constant("kernel", [weights.length, channels, 1, 1], weights.flat()),
      constant("bias", [weights.length], bias),
    ],
    input: [value("image", "float32", ["n", channels, "h", "w"])],
    output: [value("logits", "float32", ["n", weights.length, "h", "w"])],
    ...(manifest === undefined ? {} : { manifest }),
  });
}

/** What `convModel` needs beside its shapes: RGB in 0..1 at the frame's own size. */
export const RGB_MANIFEST = {
  input: { colour: "rgb", scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
} as const;

/** Class 1 where red is above a half, class 2 where green is above red and above a half, else 0. */
export const redGreenModel = (manifest: object = RGB_MANIFEST) =>
  convModel(
    [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ],
    [0.5, 0, 0],
    manifest,
  );

/** The same as `redGreenModel`, with the argmax inside: ids [N,h,w] as int64. */
export const argmaxModel = (manifest: object) => {
  const base = redGreenModel(manifest);
  return onnxModel({
    node: [
      ...base.graph.node,
      node("ArgMax", ["logits"], "ids", [
        { name: "axis", kind: "int", value: 1 },
        { name: "keepdims", kind: "int", value: 0 },
      ]),
    ],
    initializer: base.graph.initializer,
    input: base.graph.input,
    output: [value("ids", "int64", ["n", "h", "w"])],
    manifest,
  });
};

/** The same as `redGreenModel`, channels last on both sides. */
export const nhwcModel = (manifest: object) => {
  const base = redGreenModel(manifest);
  const transpose = (input: string, output: string, perm: number[]) =>
    node("Transpose", [input], output, [{ name: "perm", kind: "ints", value: perm }]);
  return onnxModel({
    node: [
      transpose("pixels", "image", [0, 3, 1, 2]),
      ...base.graph.node,
      transpose("logits", "scores", [0, 2, 3, 1]),
    ],
    initializer: base.graph.initializer,
    input: [value("pixels", "float32", ["n", "h", "w", 3])],
    output: [value("scores", "float32", ["n", "h", "w", 3])],
    manifest,
  });
};
