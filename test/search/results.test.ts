import { expect, test } from "vitest";
import { lastResults, withTimes } from "../../scripts/search/results.mjs";

test("of each candidate the longest training counts", () => {
  const result = (name: string, minutes: number, iou: number) => ({ name, minutes, iou });
  const results = [result("a", 3, 0.4), result("b", 3, 0.5), result("b", 8, 0.45)];
  expect(lastResults(results)).toEqual([result("a", 3, 0.4), result("b", 8, 0.45)]);
});

test("times are those under ONNX Runtime, of the candidate and not of the reference of the same name", () => {
  const row = (name: string, kernels: string, medianMs: number) => ({
    name,
    kernels,
    medianMs,
    timesFasterThanMavnet: 90 / medianMs,
  });
  const rows = [
    row("mavnet", "onnxruntime", 90),
    row("a", "onnxruntime", 6),
    row("a", "mavseg (fused avx2)", 3),
    row("mavnet", "onnxruntime", 100),
  ];
  const results = [
    { name: "a", minutes: 3, iou: 0.5, ms: 60 },
    { name: "mavnet", minutes: 3, iou: 0.1 },
  ];
  expect(withTimes(results, rows)).toEqual([
    { name: "a", minutes: 3, iou: 0.5, ms: 6, timesFasterThanMavnet: 15 },
    { name: "mavnet", minutes: 3, iou: 0.1, ms: 100, timesFasterThanMavnet: 0.9 },
  ]);
});
