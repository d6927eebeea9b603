import { describe, expect, test } from "vitest";
import { LatencyWindow, WINDOW_FRAMES } from "../../src/pipeline/latency-window.js";

const timing = { wait: 1, decode: 2, preprocess: 3, infer: 4, postprocess: 5 };

describe("LatencyWindow", () => {
  test("is empty at first", () => {
    const window = new LatencyWindow();
    expect(window.frames).toBe(0);
    expect(window.percentiles("age")).toBeUndefined();
    expect(window.allPercentiles()).toBeUndefined();
  });

  test("keeps the stages apart", () => {
    const window = new LatencyWindow();
    window.record(timing, 6);
    const medians = Object.entries(window.allPercentiles() ?? {}).map(([stage, { p50 }]) => [stage, p50]);
    expect(Object.fromEntries(medians)).toEqual({ ...timing, age: 6 });
  });

  test("sorts by number, interpolates between ranks", () => {
    const window = new LatencyWindow();
    for (const age of [100, 9, 20, 1]) window.record(timing, age);
    expect(window.percentiles("age")).toEqual({ p50: 14.5, p99: 97.6 });
  });

  test("forgets the oldest frames when it is full", () => {
    const window = new LatencyWindow();
    for (let frame = 0; frame < WINDOW_FRAMES; frame++) window.record(timing, 1000);
    for (let frame = 0; frame < WINDOW_FRAMES; frame++) window.record(timing, 1);
    expect(window.frames).toBe(WINDOW_FRAMES);
    expect(window.percentiles("age")).toEqual({ p50: 1, p99: 1 });
  });
});
