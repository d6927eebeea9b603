import type { OnnxModel } from "../../src/model/onnx-model.js";
import { constant, node, onnxModel, RGB_MANIFEST, value } from "../model/golden-models.js";

/** Convolutions that take about half a second at 512x512 px on one core: a run that something can happen during. */
export function slowModel(layers = 4): OnnxModel {
  const kernel = constant("kernel", [16, 16, 5, 5], new Array<number>(16 * 16 * 25).fill(0.001));
  const chain = Array.from({ length: layers }, (_, index) =>
    node("Conv", [index === 0 ? "wide" : `x${index}`, "kernel"], `x${index + 1}`, [
      { name: "pads", kind: "ints", value: [2, 2, 2, 2] },
    ]),
  );
  return onnxModel({
    node: [
      node("Conv", ["image", "first"], "wide"),
      ...chain,
      node("Conv", [`x${layers}`, "last"], "logits"),
    ],
    initializer: [
      kernel,
      constant("first", [16, 3, 1, 1], new Array<number>(48).fill(0.1)),
      constant("last", [3, 16, 1, 1], new Array<number>(48).fill(0.1)),
    ],
    input: [value("image", "float32", ["n", 3, "h", "w"])],
    output: [value("logits", "float32", ["n", 3, "h", "w"])],
    manifest: RGB_MANIFEST,
  });
}
