import { describe, expect, test } from "vitest";
import { ShapeMemory } from "../../src/onnx-backend/shape-memory.js";

const feeds = (...dims: number[][]) =>
  dims.map((dims, index) => ({ index, element: 1, dims, data: new Uint8Array(0) }));

describe("what is remembered of a run", () => {
  test("is known for inputs of the same dims only", () => {
    const shapes = new ShapeMemory();
    shapes.keep(feeds([1, 3, 8, 8]), 0, [1, 2, 4, 4]);
    expect(shapes.recall(feeds([1, 3, 8, 8]), 0)).toEqual([1, 2, 4, 4]);
    expect(shapes.recall(feeds([1, 3, 8, 8]), 1)).toBeUndefined();
    for (const other of [feeds([1, 3, 8, 9]), feeds([1, 3, 8]), feeds([1, 3, 8, 8], [1]), feeds()]) {
      expect(shapes.recall(other, 0)).toBeUndefined();
    }
  });

  test("is of the last run's dims, all outputs of it", () => {
    const shapes = new ShapeMemory();
    shapes.keep(feeds([4]), 0, [1]);
    shapes.keep(feeds([8]), 0, [2]);
    shapes.keep(feeds([8]), 1, [3]);
    expect(shapes.recall(feeds([4]), 0)).toBeUndefined();
    expect([shapes.recall(feeds([8]), 0), shapes.recall(feeds([8]), 1)]).toEqual([[2], [3]]);
  });

  test("does not change with a tensor whose dims are changed later", () => {
    const shapes = new ShapeMemory();
    const given = feeds([4]);
    shapes.keep(given, 0, [1]);
    given[0]!.dims[0] = 5;
    expect(shapes.recall(feeds([4]), 0)).toEqual([1]);
  });

  test("is not used any more once it was wrong", () => {
    const shapes = new ShapeMemory();
    shapes.keep(feeds([4]), 0, [1]);
    shapes.distrust();
    expect(shapes.recall(feeds([4]), 0)).toBeUndefined();
  });
});
