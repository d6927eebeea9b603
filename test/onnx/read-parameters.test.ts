import { expect, test } from "vitest";
import type { OnnxModel } from "../../src/model/onnx-model.js";
import { listInitializers } from "../../src/onnx/read-parameters.js";

const tensor = (name: string, dims: number[]) => ({ name, dims, dataType: 1 });
const node = (opType: string, input: string[]) => ({ opType, name: "", input, output: ["y"], attribute: [] });

function model(initializer: ReturnType<typeof tensor>[], nodes: ReturnType<typeof node>[]): OnnxModel {
  return {
    irVersion: 8,
    producerName: "",
    producerVersion: "",
    opsetImport: [],
    graph: { name: "g", node: nodes, initializer, input: [], output: [] },
    metadataProps: [],
  };
}

test("uses are counted over all nodes", () => {
  const graph = model([tensor("w", [4, 2, 3, 3])], [node("Conv", ["x", "w"]), node("Conv", ["y", "w"])]);
  expect(listInitializers(graph)).toEqual([{ name: "w", shape: [4, 2, 3, 3], values: 72, uses: 2 }]);
});

test("constants that steer an operator are no weights", () => {
  const graph = model(
    [tensor("scales", [4]), tensor("shape", [2]), tensor("limit", []), tensor("w", [3])],
    [
      node("Resize", ["x", "", "scales"]),
      node("Reshape", ["x", "shape"]),
      node("Clip", ["x", "limit"]),
      node("Add", ["x", "w"]),
    ],
  );
  expect(listInitializers(graph).map(({ name }) => name)).toEqual(["w"]);
});

test("an initializer that nothing uses is left out; a single value counts as one", () => {
  const graph = model([tensor("unused", [9]), tensor("slope", [])], [node("PRelu", ["x", "slope"])]);
  expect(listInitializers(graph)).toEqual([{ name: "slope", shape: [], values: 1, uses: 1 }]);
});
