import { describe, expect, test } from "vitest";
import {
  cellId,
  listCells,
  MAX_CELLS,
  parseEncoding,
  parseSize,
  type Sweep,
} from "../../src/benchmark/cell.js";

const SWEEP: Sweep = {
  models: [
    { model: "a", manifest: null },
    { model: "b.onnx", manifest: "b.json" },
  ],
  engines: ["native"],
  executionProviders: ["cpu"],
  threads: [1, null],
  sizes: [{ width: 64, height: 48 }],
  encodings: ["bgr8", "jpeg"],
};

describe("cells", () => {
  test("are every combination, the last list changing fastest", () => {
    expect(listCells(SWEEP).map(cellId)).toEqual([
      "a engine=native ep=cpu threads=1 64x48 bgr8",
      "a engine=native ep=cpu threads=1 64x48 jpeg",
      "a engine=native ep=cpu threads=auto 64x48 bgr8",
      "a engine=native ep=cpu threads=auto 64x48 jpeg",
      "b.onnx engine=native ep=cpu threads=1 64x48 bgr8",
      "b.onnx engine=native ep=cpu threads=1 64x48 jpeg",
      "b.onnx engine=native ep=cpu threads=auto 64x48 bgr8",
      "b.onnx engine=native ep=cpu threads=auto 64x48 jpeg",
    ]);
  });

  test("come once, however often a list names them", () => {
    expect(listCells({ ...SWEEP, threads: [1, 1], encodings: ["bgr8", "bgr8"] })).toHaveLength(2);
  });

  test("are refused in numbers that would take hours", () => {
    const threads = Array.from({ length: MAX_CELLS / 4 + 1 }, (_, index) => index + 1);
    expect(() => listCells({ ...SWEEP, threads })).toThrowError(/at most 64 combinations.*Got 68/);
  });
});

test("sizes are width by height", () => {
  expect(parseSize("1280x1024")).toEqual({ width: 1280, height: 1024 });
  for (const wrong of ["1280", "0x10", "12.5x10", "10x10x10", "x"])
    expect(() => parseSize(wrong)).toThrowError(/1280x1024/);
});

test("encodings are those of frames", () => {
  expect(parseEncoding("nv12")).toBe("nv12");
  expect(() => parseEncoding("yuv")).toThrowError(/one of mono8, .*Got yuv/);
});
