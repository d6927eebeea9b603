import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SilenceWatch } from "../../src/transport/silence-watch.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watch() {
  const silences: number[] = [];
  const returns: number[] = [];
  const silenceWatch = new SilenceWatch(
    1000,
    (ms) => silences.push(ms),
    (ms) => returns.push(ms),
  );
  return { silenceWatch, silences, returns };
}

describe("SilenceWatch", () => {
  test("tells of silence once, however long it lasts", () => {
    const { silences } = watch();
    vi.advanceTimersByTime(10_000);
    expect(silences).toEqual([1000]);
  });

  test("says nothing while something comes in time", () => {
    const { silenceWatch, silences, returns } = watch();
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(900);
      silenceWatch.touch();
    }
    expect([silences, returns]).toEqual([[], []]);
  });

  test("counts the silence from the last touch, not from the last look", () => {
    const { silenceWatch, silences } = watch();
    vi.advanceTimersByTime(600);
    silenceWatch.touch();
    vi.advanceTimersByTime(999);
    expect(silences).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(silences).toEqual([1000]);
  });

  test("tells of the return with the time it took, and watches again", () => {
    const { silenceWatch, silences, returns } = watch();
    vi.advanceTimersByTime(2500);
    silenceWatch.touch();
    expect(returns).toEqual([2500]);
    vi.advanceTimersByTime(1000);
    expect(silences.length).toBe(2);
  });

  test("says nothing after it was stopped", () => {
    const { silenceWatch, silences } = watch();
    silenceWatch.stop();
    vi.advanceTimersByTime(10_000);
    expect(silences).toEqual([]);
  });
});
