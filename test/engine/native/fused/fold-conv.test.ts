import { describe, expect, test } from "vitest";
import { foldConv } from "../../../../src/engine/native/fused/fold-conv.js";
import { GraphReader } from "../../../../src/engine/native/fused/graph-reader.js";
import type { OnnxModel, OnnxNode } from "../../../../src/model/onnx-model.js";
import { constant, node, onnxModel, value } from "../../../model/golden-models.js";

const ints = (name: string, numbers: number[]) => ({ name, kind: "ints" as const, value: numbers });

/** One kernel of two channels, used twice, each time with a scale and a shift of the use's own. */
function tiedModel(): OnnxModel {
  const use = (input: string, n: number) => [
    node("Conv", [input, "kernel"], `conv${n}`),
    node("Mul", [`conv${n}`, `scale${n}`], `scaled${n}`),
    node("Add", [`shift${n}`, `scaled${n}`], n === 2 ? "logits" : `norm${n}`),
  ];
  return onnxModel({
    node: [...use("image", 1), ...use("norm1", 2)],
    initializer: [
      constant("kernel", [2, 2, 1, 1], [1, 2, 3, 4]),
      constant("scale1", [2, 1, 1], [10, 100]),
      constant("shift1", [2, 1, 1], [5, 6]),
      constant("scale2", [1, 2, 1, 1], [0.5, 0.25]),
      constant("shift2", [2, 1, 1], [-1, -2]),
    ],
    input: [value("image", "float32", [1, 2, 4, 4])],
    output: [value("logits", "float32", [1, 2, 4, 4])],
  });
}

function oneConv(attribute: OnnxNode["attribute"], kernel: number[] = [1, 1, 3, 3]): OnnxModel {
  const count = kernel.reduce((a, b) => a * b, 1);
  return onnxModel({
    node: [node("Conv", ["image", "kernel"], "logits", attribute)],
    initializer: [
      constant(
        "kernel",
        kernel,
        Array.from({ length: count }, (_, i) => i),
      ),
    ],
    input: [value("image", "float32", [1, 1, 8, 8])],
    output: [value("logits", "float32", null)],
  });
}

const foldFirst = ({ graph }: OnnxModel) => foldConv(new GraphReader(graph), graph.node[0]!);

describe("a convolution with its norm", () => {
  test("takes the scale and the shift behind it into its weights, each use its own", () => {
    const { graph } = tiedModel();
    const reader = new GraphReader(graph);
    const first = foldConv(reader, graph.node[0]!);
    expect(first).toMatchObject({ input: "image", output: "norm1", in: 2, out: 2, kernel: 1 });
    expect([...first!.weights]).toEqual([10, 20, 300, 400]);
    expect([...first!.bias]).toEqual([5, 6]);
    const second = foldConv(reader, graph.node[3]!);
    expect([...second!.weights]).toEqual([0.5, 1, 0.75, 1]);
    expect([...second!.bias]).toEqual([-1, -2]);
    expect([...first!.nodes, ...second!.nodes]).toEqual(graph.node);
  });

  test("leaves the file's own kernel as it was", () => {
    const model = tiedModel();
    foldFirst(model);
    expect(model.graph.initializer[0]!.floatData).toEqual([1, 2, 3, 4]);
  });

  test("keeps a scale apart that another node reads before", () => {
    const { graph } = tiedModel();
    const also = node("Relu", ["conv1"], "other");
    const folded = foldConv(new GraphReader({ ...graph, node: [...graph.node, also] }), graph.node[0]!);
    expect(folded).toMatchObject({ output: "conv1" });
  });

  test("keeps a value apart that the graph gives out", () => {
    const { graph } = tiedModel();
    const output = [...graph.output, value("conv1", "float32", null)];
    expect(foldConv(new GraphReader({ ...graph, output }), graph.node[0]!)).toMatchObject({
      output: "conv1",
    });
  });

  test("is depthwise where every channel has a group of its own", () => {
    const group = { name: "group", kind: "int" as const, value: 4 };
    expect(foldFirst(oneConv([group], [4, 1, 3, 3]))).toMatchObject({ isDepthwise: true, in: 4, out: 4 });
    expect(foldFirst(oneConv([group], [8, 1, 3, 3]))).toBeUndefined();
  });

  test.each([
    ["strides that differ", [ints("strides", [1, 2])], undefined],
    ["padding that differs between the axes", [ints("pads", [1, 0, 1, 1])], undefined],
    ["padding by name", [{ name: "auto_pad", kind: "string" as const, value: "SAME_UPPER" }], undefined],
    ["an attribute that is not known", [ints("other", [1])], undefined],
    ["a kernel that is not square", [], [1, 1, 3, 1]],
  ])("is not read with %s", (_, attribute, kernel) => {
    expect(foldFirst(oneConv(attribute, kernel))).toBeUndefined();
  });
});
