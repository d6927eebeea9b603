import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RecordedPace } from "../../../src/video/playback/recorded-pace.js";

// The clock of the test: sleeping moves it by exactly what was asked for.
vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => {
    vi.advanceTimersByTime(ms);
    return Promise.resolve();
  },
}));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const { signal } = new AbortController();
const START_NS = 1_700_000_000_000_000_000n;

/** When the frames were sent, in ms from the first one. @param workMs what is done after each frame */
async function play(pace: RecordedPace, timesMs: readonly number[], workMs: readonly number[] = []) {
  const startMs = performance.now();
  const sent: number[] = [];
  for (const [index, timeMs] of timesMs.entries()) {
    await pace.turn(signal, { timeNs: START_NS + BigInt(timeMs) * 1_000_000n });
    sent.push(performance.now() - startMs);
    vi.advanceTimersByTime(workMs[index] ?? 0);
  }
  return sent;
}

describe("the pace of a recording", () => {
  test("is that of the recording, whatever the work took", async () => {
    const pace = new RecordedPace(1);
    expect(await play(pace, [0, 30, 100, 100, 1100], [5, 60, 0, 20, 0])).toEqual([0, 30, 100, 100, 1100]);
    expect(pace.late).toBe(0);
  });

  test.each([
    [2, [0, 15, 50, 550]],
    [0.5, [0, 60, 200, 2200]],
  ])("times %d", async (rate, expected) => {
    expect(await play(new RecordedPace(rate), [0, 30, 100, 1100])).toEqual(expected);
  });

  test("a frame that is a little late does not move the ones after it", async () => {
    const pace = new RecordedPace(1);
    expect(await play(pace, [0, 100, 200], [150])).toEqual([0, 150, 200]);
    expect(pace.late).toBe(0);
  });

  test("after a long delay the schedule is moved: no burst", async () => {
    const pace = new RecordedPace(1);
    expect(await play(pace, [0, 100, 200, 300], [1000])).toEqual([0, 1000, 1100, 1200]);
    expect(pace.late).toBe(1);
  });

  test("begins again one gap after the last frame", async () => {
    expect(await play(new RecordedPace(1), [0, 100, 140, 0, 100])).toEqual([0, 100, 140, 180, 280]);
  });
});
