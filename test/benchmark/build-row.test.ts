import { expect, test } from "vitest";
import { buildRow } from "../../src/benchmark/build-row.js";
import { evenRounds, NO_ENERGY, sampleSource } from "./sample-report.js";

test("a row holds the distributions of calls and of stages", () => {
  const source = sampleSource([
    [10, 20, 30],
    [20, 20, 20],
  ]);
  const row = buildRow(source, source, NO_ENERGY, 1);
  expect(row.totalMs).toMatchObject({ count: 6, mean: 20, min: 10, max: 30, p50: null, jitter: 5 });
  expect(row.stagesMs.infer).toMatchObject({ count: 6, mean: 16, min: 8, max: 24 });
  expect(row.fps).toBe(50);
  expect(row.medianMs.estimate).toBe(20);
  expect(row.roundsMs).toEqual([
    [10, 20, 30],
    [20, 20, 20],
  ]);
});

test("the first row is exactly itself; others are compared with it round by round", () => {
  const base = sampleSource(evenRounds(10));
  const other = sampleSource(evenRounds(15), { threads: 1 });
  expect(buildRow(base, base, NO_ENERGY, 1).ratio).toEqual({ estimate: 1, low: 1, high: 1 });
  const { estimate, low, high } = buildRow(other, base, NO_ENERGY, 1).ratio;
  for (const value of [estimate, low, high]) expect(value).toBeCloseTo(1.5, 9);
});

test("costs are sums over turns by calls, and memory is that of the fullest turn", () => {
  const source = sampleSource([
    [10, 10],
    [20, 20],
    [30, 30],
  ]);
  expect(buildRow(source, source, NO_ENERGY, 1).cost).toEqual({
    cpuMsPerFrame: 30,
    steadyRssBytes: 100_000_001,
    peakRssBytes: 120_000_002,
    frameBytes: 36_864,
    startToFirstMaskMs: 250,
    modelLoadMs: 100,
    energy: { value: null, missing: "no power sensor" },
  });
});

test("energy per mask is mean power by the time of a call", () => {
  const source = sampleSource([[10, 10]]);
  const turns = [{ ...source.turns[0]!, energy: { millijoules: 150, ms: 30 } }];
  const row = buildRow({ ...source, turns }, source, { name: "VDD_IN", missing: null }, 1);
  expect(row.cost.energy).toEqual({
    value: { millijoulesPerMask: 50, milliwatts: 5000, source: "VDD_IN" },
    missing: null,
  });
});

test("turns too short for a reading have no energy, and say so", () => {
  const source = sampleSource([[10, 10]]);
  const row = buildRow(source, source, { name: "VDD_IN", missing: null }, 1);
  expect(row.cost.energy).toEqual({
    value: null,
    missing: "the turns were shorter than the time between two readings",
  });
});

test("a score that failed is missing with its reason; one that nobody asked for is null", () => {
  const source = sampleSource([[10, 10]]);
  const failed = { isAnswer: false, failure: { code: "CLASSES_MISMATCH", reason: "other classes" } } as const;
  const row = buildRow({ ...source, accuracy: failed }, source, NO_ENERGY, 1);
  expect(row.accuracy).toEqual({ value: null, missing: "other classes" });
  expect(row.layers).toBeNull();
});
