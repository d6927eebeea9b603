import type { OnnxModel } from "../../../src/model/onnx-model.js";
import { constant, node, onnxModel, RGB_MANIFEST, redGreenModel, value } from "../../model/golden-models.js";

/**
 * The same as `redGreenModel`, by a transposed convolution in three dimensions: WebGPU takes the model and fails when it
 * runs, since it knows two dimensions only. The CPU knows three.
 */
export function brokenOnWebgpuModel(): OnnxModel {
  const plain = redGreenModel();
  const [kernel, bias] = plain.graph.initializer.map(({ floatData = [] }) => floatData) as [
    number[],
    number[],
  ];
  const axis = { name: "axis", dims: [1], dataType: 7, int64Data: [2] };
  // A transposed kernel has the input's channels first.
  const turned = [0, 1, 2].flatMap((from) => [0, 1, 2].map((to) => kernel[to * 3 + from]!));
  return onnxModel({
    node: [
      node("Unsqueeze", ["image", "axis"], "deep"),
      node("ConvTranspose", ["deep", "kernel", "bias"], "scores"),
      node("Squeeze", ["scores", "axis"], "logits"),
    ],
    initializer: [constant("kernel", [3, 3, 1, 1, 1], turned), constant("bias", [3], bias), axis],
    input: [value("image", "float32", ["n", 3, "h", "w"])],
    output: [value("logits", "float32", ["n", 3, "h", "w"])],
    manifest: RGB_MANIFEST,
  });
}
