import { expect, test } from "vitest";
import { benchReportSchema } from "../../src/benchmark/report.js";
import { evenRounds, sampleReport, sampleSource } from "./sample-report.js";

const layers = {
  runs: 50,
  threads: 2,
  ortRelease: "1.30.0",
  roofline: { macsPerSecond: 1e11, bandwidths: [{ workingSetBytes: 1048576, bytesPerSecond: 4e10 }] },
  layers: [],
  sumMs: 0,
  macs: 0,
  bytes: 0,
};
const accuracy = {
  dataset: "hall",
  split: "val",
  images: 3,
  meanIoU: 0.8,
  meanIoUWithoutBackground: null,
  pixelAccuracy: 0.9,
  classes: [{ name: "drone", iou: null }],
};

test("a report is the same after it was written and read", () => {
  const source = sampleSource(evenRounds(10));
  const other = {
    ...sampleSource(evenRounds(12), { encoding: "jpeg" }),
    accuracy: { isAnswer: true, value: accuracy } as const,
    layers: { isAnswer: true, value: layers } as const,
  };
  const { id, cell } = sampleSource([], { executionProvider: "cuda" });
  const skipped = [{ id, cell, code: "PROVIDER_UNAVAILABLE", reason: "no CUDA here" }];
  const report = sampleReport([source, other], { skipped });
  expect(benchReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
});

test("a figure that is missing without a reason is no report", () => {
  const report = sampleReport([sampleSource(evenRounds(10))]);
  const energy = { value: null, missing: "" };
  const row = { ...report.rows[0]!, cost: { ...report.rows[0]!.cost, energy } };
  expect(benchReportSchema.safeParse({ ...report, rows: [row] }).success).toBe(false);
});

test.each([{ version: 2 }, { kind: "stream" }])(
  "another version or kind is not taken for this one: %o",
  (other) => {
    expect(benchReportSchema.safeParse({ ...sampleReport([]), ...other }).success).toBe(false);
  },
);
