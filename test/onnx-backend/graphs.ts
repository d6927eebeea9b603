import type { OnnxModel, OnnxNode, OnnxValueInfo } from "../../src/model/onnx-model.js";
import { node, onnxModel } from "../model/golden-models.js";

/** An input or output of any element type, by ONNX's code of it. */
export const valueInfo = (name: string, elemType: number, shape: OnnxValueInfo["shape"] = ["n"]) => ({
  name,
  elemType,
  shape,
});

const FLOAT = 1;

/** From here on types have 4 bits: onnxruntime converts them but does not copy them as they are. */
const FOUR_BITS = 21;
const INT8 = 3;

/** `copy` is `given`. */
export function identityModel(elemType: number): OnnxModel {
  const cast = (from: string, to: string, type: number) =>
    node("Cast", [from], to, [{ name: "to", kind: "int", value: type }]);
  const model = onnxModel({
    node:
      elemType < FOUR_BITS
        ? [node("Identity", ["given"], "copy")]
        : [cast("given", "wide", INT8), cast("wide", "copy", elemType)],
    input: [valueInfo("given", elemType)],
    output: [valueInfo("copy", elemType)],
  });
  // Elements of 4 bits came with these.
  return { ...model, irVersion: 10, opsetImport: [{ domain: "", version: 21 }] };
}

/** A graph over float vectors of any length. */
export function floatModel(nodes: readonly OnnxNode[], inputs: string[], outputs: string[]): OnnxModel {
  return onnxModel({
    node: nodes,
    input: inputs.map((name) => valueInfo(name, FLOAT)),
    output: outputs.map((name) => valueInfo(name, FLOAT)),
  });
}

/** `sum` is `a + b`, `difference` is `a - b`. */
export const sumAndDifference = () =>
  floatModel(
    [node("Add", ["a", "b"], "sum"), node("Sub", ["a", "b"], "difference")],
    ["a", "b"],
    ["sum", "difference"],
  );

/** `indices` of the elements that are not 0: the size of the output hangs on the values of the input. */
export const nonZeroModel = () =>
  onnxModel({
    node: [node("NonZero", ["given"], "indices")],
    input: [valueInfo("given", FLOAT)],
    output: [valueInfo("indices", 7, [1, "found"])],
  });

/** `loaded` is `given` plus a matrix product of constants, which onnxruntime computes while it loads the model. */
export function slowToLoad(): OnnxModel {
  const side = 2000;
  const shape = { name: "shape", dims: [2], dataType: 7, int64Data: [side, side] };
  const model = floatModel(
    [
      node("ConstantOfShape", ["shape"], "zeros"),
      node("MatMul", ["zeros", "zeros"], "product"),
      node("ReduceSum", ["product"], "total", [{ name: "keepdims", kind: "int", value: 0 }]),
      node("Add", ["given", "total"], "loaded"),
    ],
    ["given"],
    ["loaded"],
  );
  return { ...model, graph: { ...model.graph, initializer: [shape] } };
}
