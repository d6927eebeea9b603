import { describe, expect, test } from "vitest";
import { isDecided, measureRates, type RatesPlan } from "../../../src/benchmark/stream/measure-rates.js";
import { NO_ENERGY } from "../sample-report.js";
import { streamTurn } from "./made-up-turns.js";

const PLAN: RatesPlan = {
  fps: [],
  isSweep: true,
  cameras: 1,
  repeats: 3,
  durationMs: 2000,
  tolerance: 0.05,
  allowedDrops: 0,
  energySource: NO_ENERGY,
};

function streamOf(capacity: number) {
  const asked: [number, number][] = [];
  return {
    asked,
    measure: async (fps: number, durationMs: number) => {
      asked.push([fps, durationMs]);
      return streamTurn(fps, durationMs, capacity);
    },
  };
}

describe("measureRates", () => {
  test("measures the given rates as often as it was told, each once in the result, by rate", async () => {
    const { asked, measure } = streamOf(100);
    const rates = await measureRates({ ...PLAN, isSweep: false, fps: [60, 10, 60] }, measure);
    expect(asked.map(([fps]) => fps)).toEqual([60, 60, 60, 10, 10, 10]);
    expect(rates.steps.map(({ fps, turns }) => [fps, turns.length])).toEqual([
      [10, 3],
      [60, 3],
    ]);
    expect(rates).toMatchObject({ knee: null, overload: null });
  });

  test("a sweep finds the knee, and two equal answers of three are enough", async () => {
    const { asked, measure } = streamOf(50);
    const { knee } = await measureRates(PLAN, measure);
    expect(knee).toEqual({ holdsFps: 48.3, dropsFps: 50.4, isCameraLimit: false });
    expect(asked.filter(([fps]) => fps === 30)).toHaveLength(2);
  });

  test("begins at the highest of the given rates, whose turns count", async () => {
    const { asked, measure } = streamOf(50);
    await measureRates({ ...PLAN, fps: [10, 40] }, measure);
    expect(asked.slice(0, 8).map(([fps]) => fps)).toEqual([10, 10, 10, 40, 40, 40, 80, 80]);
  });

  test("then sends twice the capacity, long enough for the p99 of the age, and holds it against processing", async () => {
    const { asked, measure } = streamOf(50);
    const { overload } = await measureRates(PLAN, measure);
    expect(overload!.capacityFps).toBeCloseTo(50, 0);
    expect(overload!.fps / overload!.capacityFps).toBeCloseTo(2, 1);
    expect(overload!.factor).toBeCloseTo(2, 1);
    expect(overload!.processingP50Ms).toBe(20);
    expect(overload!.ratio).toBeCloseTo(1.5, 6);
    expect(overload).toMatchObject({ limit: 3, isBounded: true });
    const turns = asked.slice(-3);
    const masks = turns.reduce((sum, [, durationMs]) => sum + (durationMs / 1000) * 50, 0);
    expect(masks).toBeGreaterThan(1000);
  });

  test("an age beyond three times the processing is no bound", async () => {
    const old = async (fps: number, durationMs: number) => {
      const turn = streamTurn(fps, durationMs, 50);
      return { ...turn, counted: { ...turn.counted, agesMs: turn.counted.agesMs.map(() => 61) } };
    };
    const { overload } = await measureRates(PLAN, old);
    expect(overload).toMatchObject({ isBounded: false });
    expect(overload!.ratio).toBeCloseTo(61 / 20, 6);
  });

  test("of several cameras each sends its part of twice the capacity", async () => {
    const measure = async (fps: number, durationMs: number) => {
      const turn = streamTurn(2 * fps, durationMs, 50);
      return { ...turn, counted: { ...turn.counted, cameras: [1, 1].map(() => ({ frames: 0, masks: 0 })) } };
    };
    const { overload, knee } = await measureRates({ ...PLAN, cameras: 2 }, measure);
    expect((2 * overload!.fps) / overload!.capacityFps).toBeCloseTo(2, 1);
    expect(knee!.holdsFps).toBeLessThanOrEqual(25);
    expect(knee!.dropsFps).toBeGreaterThan(25);
  });

  test("a camera that cannot send faster is named as the limit", async () => {
    const measure = async (fps: number, durationMs: number) =>
      streamTurn(Math.min(fps, 70), durationMs, 1000);
    const { knee } = await measureRates(PLAN, measure);
    expect(knee!.isCameraLimit).toBe(true);
    expect(knee!.holdsFps! * 0.95).toBeLessThanOrEqual(70);
    expect(knee!.dropsFps! * 0.95).toBeGreaterThan(70);
  });

  test("a stream without masks has no capacity to be doubled", async () => {
    const measure = async (fps: number, durationMs: number) => {
      const turn = streamTurn(fps, durationMs, 50);
      const empty = new Float64Array();
      const counted = {
        ...turn.counted,
        masks: 0,
        dropped: turn.counted.frames,
        maskFps: null,
        agesMs: empty,
      };
      return { ...turn, counted };
    };
    const rates = await measureRates(PLAN, measure);
    expect(rates.knee).toEqual({ holdsFps: null, dropsFps: 1, isCameraLimit: false });
    expect(rates.overload).toBeNull();
  });
});

test.each([
  [[], 3, false],
  [[true], 3, false],
  [[true, false], 3, false],
  [[true, true], 3, true],
  [[false, false], 3, true],
  [[true, false, true], 3, true],
  [[false], 2, true],
  [[true], 2, false],
  [[true], 1, true],
])("the answers %j of %d turns are enough: %s", (answers, repeats, expected) => {
  expect(isDecided(answers, repeats)).toBe(expected);
});
