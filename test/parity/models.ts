import type { OnnxModel } from "../../src/model/onnx-model.js";
import { createNet } from "../../src/nets/create-net.js";
import { ONNX_INPUT, ONNX_OUTPUT, type Precision, writeNet } from "../../src/onnx/write-net.js";
import { constant, node, onnxModel, value } from "../model/golden-models.js";
import { randomValues } from "../nets/random-values.js";

export const classes = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `c${id}`, color: "#336699" }));

/** Random nets often see one class everywhere; those of this seed see several in the scene. */
const SEED = 5;

/** A net of the project with random weights: stride 4, padding to a multiple. */
export function netModel(
  classCount: number,
  channels: 1 | 3,
  name = "tied-s",
  options: Readonly<Record<string, unknown>> = {},
  precision: Precision = "float32",
): OnnxModel {
  const net = createNet(name, channels, classCount, options);
  return writeNet(
    net,
    randomValues(net, SEED),
    {
      version: 1,
      name: "random",
      classes: classes(classCount),
      ignoreIndex: 255,
      input: {
        name: ONNX_INPUT,
        layout: "NCHW",
        dtype: precision,
        colour: channels === 1 ? "grey" : "rgb",
        scale: 1 / 255,
        mean: [0.4, 0.5, 0.6].slice(0, channels),
        std: [0.2, 0.25, 0.3].slice(0, channels),
        resize: "none",
        size: null,
        multipleOf: net.multipleOf,
      },
      output: { name: ONNX_OUTPUT, kind: "logits", layout: "NCHW", stride: net.outputStride },
    },
    "0.0.0",
    precision,
  );
}

/** Four classes from means of 4x4 px of red, green and blue, for nets of fixed size. */
export function coarseModel(resize: string, dtype: "float32" | "float16" | "uint8" = "float32"): OnnxModel {
  const weights = [0, 0, 0, 1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1];
  const kernel = weights.flatMap((weight) => new Array<number>(16).fill(weight / 16));
  const isByte = dtype === "uint8";
  const conv = node("Conv", [dtype === "float32" ? "image" : "floats", "kernel", "bias"], "logits", [
    { name: "strides", kind: "ints", value: [4, 4] },
  ]);
  const cast = node("Cast", ["image"], "floats", [{ name: "to", kind: "int", value: 1 }]);
  return onnxModel({
    node: dtype === "float32" ? [conv] : [cast, conv],
    initializer: [
      constant("kernel", [4, 3, 4, 4], kernel),
      constant("bias", [4], [isByte ? 12 : 0.05, 0, 0, 0]),
    ],
    input: [value("image", dtype, ["n", 3, 64, 96])],
    output: [value("logits", "float32", ["n", 4, 16, 24])],
    manifest: {
      input: { colour: "rgb", scale: isByte ? 1 : 1 / 255, mean: [0, 0, 0], std: [1, 1, 1], resize },
      output: { stride: 4 },
    },
  });
}
