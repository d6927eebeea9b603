import { describe, expect, test } from "vitest";
import {
  compareStreams,
  type StreamChange,
  type StreamFigure,
  worseBeyond,
} from "../../../src/benchmark/stream/compare-streams.js";
import { renderStreamComparison } from "../../../src/benchmark/stream/render-stream-comparison.js";
import type { StreamRow } from "../../../src/benchmark/stream/stream-report.js";
import { sampleStreamReport, sampleStreamRow } from "./sample-stream-report.js";

const compare = (before: StreamRow, after: StreamRow) =>
  compareStreams(sampleStreamReport([before]), sampleStreamReport([after]));

/** Of the only row. @param fps null for the knee and beyond it */
function changeOf(before: StreamRow, after: StreamRow, figure: StreamFigure, fps: number | null) {
  const [row] = compare(before, after).rows;
  return row!.changes.find((change) => change.figure === figure && change.fps === fps) as StreamChange;
}

const withKnee = (
  row: StreamRow,
  holdsFps: number | null,
  dropsFps: number | null,
  isCameraLimit = false,
) => ({
  ...row,
  knee: { holdsFps, dropsFps, isCameraLimit },
});

describe("the knee", () => {
  test.each([
    [[80, 84], [84, 88], "better"],
    [[80, 84], [76, 80], "worse"],
    [[80, 84], [82, 86], "within noise"],
    [[80, 84], [null, 1], "worse"],
    [[null, 1], [null, 1], "within noise"],
    [[80, 84], [1000, null], "better"],
  ] as const)("between %j before and %j after is %s", async ([low, high], [holds, drops], verdict) => {
    const row = await sampleStreamRow(100);
    expect(changeOf(withKnee(row, low, high), withKnee(row, holds, drops), "knee", null)).toMatchObject({
      verdict,
      before: low ?? 0,
      after: holds ?? 0,
    });
  });

  test("that only the camera kept from being higher is not taken for a lower one", async () => {
    const row = await sampleStreamRow(100);
    const change = changeOf(withKnee(row, 200, 210), withKnee(row, 100, 110, true), "knee", null);
    expect(change.verdict).toBe("within noise");
  });

  test("counts as worse by the share that was lost", async () => {
    const row = await sampleStreamRow(100);
    expect(changeOf(withKnee(row, 80, 84), withKnee(row, 60, 62), "knee", null).worseBy).toBeCloseTo(0.25, 9);
    expect(changeOf(withKnee(row, null, 1), withKnee(row, null, 1), "knee", null).worseBy).toBe(0);
  });
});

describe("ages and drops", () => {
  test("a stream of half the capacity is worse in everything but what it drops below the knee", async () => {
    const [before, after] = [await sampleStreamRow(100), await sampleStreamRow(50)];
    expect(changeOf(before, after, "age p50", 30)).toMatchObject({ verdict: "worse" });
    expect(changeOf(before, after, "age p50", 30).change!.estimate).toBeCloseTo(2, 1);
    expect(changeOf(before, after, "age p50", 30).worseBy).toBeCloseTo(1, 1);
    expect(changeOf(before, after, "drops", 30)).toMatchObject({ verdict: "within noise", worseBy: 0 });
    expect(changeOf(before, after, "age p99", null)).toMatchObject({ verdict: "worse" });
    const rate = changeOf(before, after, "masks per second", null);
    expect(rate.verdict).toBe("worse");
    expect(rate.worseBy).toBeCloseTo(0.5, 1);
    expect(changeOf(after, before, "masks per second", null).verdict).toBe("better");
  });

  test("what differs by less than the turns do is noise", async () => {
    const [before, after] = [await sampleStreamRow(100), await sampleStreamRow(100.4)];
    const [row] = compare(before, after).rows;
    expect(new Set(row!.changes.map(({ verdict }) => verdict))).toEqual(new Set(["within noise"]));
  });

  test("more drops at a rate are told in shares of the frames", async () => {
    const plan = { isSweep: false, fps: [100] };
    const [before, after] = [await sampleStreamRow(200, plan), await sampleStreamRow(80, plan)];
    const change = changeOf(before, after, "drops", 100);
    expect(change.verdict).toBe("worse");
    expect(change.worseBy).toBeCloseTo(0.2, 2);
  });

  test("percentiles that the masks do not support are not compared", async () => {
    const row = await sampleStreamRow(100, { isSweep: false });
    const figures = compare(row, row).rows[0]!.changes.map(({ figure }) => figure);
    expect(figures).toEqual(["age p50", "drops"]);
  });

  test("of single turns nothing is known", async () => {
    const plan = { isSweep: false, repeats: 1 };
    const comparison = compare(await sampleStreamRow(100, plan), await sampleStreamRow(50, plan));
    expect(comparison.rows[0]!.changes.map(({ verdict }) => verdict)).toEqual(["unknown", "unknown"]);
    expect(worseBeyond(comparison, 0)).toEqual([]);
    expect(renderStreamComparison(comparison)).toContain("--repeats gives more");
  });
});

test("what became worse counts against a limit only by more than it", async () => {
  const comparison = compare(await sampleStreamRow(100), await sampleStreamRow(90));
  const figures = (limit: number) => worseBeyond(comparison, limit).map(({ figure }) => figure);
  expect(figures(0.05)).toContain("age p50");
  expect(figures(0.05)).toContain("knee");
  expect(figures(0.2)).toEqual([]);
});

test("rows of one report only, other settings and other nets are named", async () => {
  const [row, two] = [await sampleStreamRow(100), await sampleStreamRow(100, {}, { cameras: 2 })];
  const before = sampleStreamReport([row, two]);
  const after = sampleStreamReport([{ ...row, executionProvider: "webgpu" }], { isQuiet: false });
  after.settings.maskEncoding = "rle8";
  const comparison = compareStreams(before, after);
  expect(comparison).toMatchObject({
    onlyBefore: [two.id],
    onlyAfter: [],
    cautions: [
      "the encoding of the masks differs: mono8 before, rle8 after",
      "the machine was not quiet after",
      `${row.id}: another provider, cpu before and webgpu after`,
    ],
  });
  expect(renderStreamComparison(comparison)).toMatch(/^tied .*\nat +figure +verdict/);
});

test("the comparison names place, figure, verdict, change and both values", async () => {
  const text = renderStreamComparison(compare(await sampleStreamRow(100), await sampleStreamRow(50)));
  expect(text).toMatch(/^30 fps +age p50 +worse +x2\.00\d \(1\.\d{3}-2\.\d{3}\) +15\.0\d ms +30\.0\d ms$/m);
  expect(text).toMatch(/^ +knee +worse +- +\d+(\.\d+)? fps +\d+(\.\d+)? fps$/m);
  expect(text).toMatch(/^twice the capacity +drops +/m);
});
