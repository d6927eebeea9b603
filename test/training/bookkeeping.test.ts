import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RecentSteps, RunClock } from "../../src/training/bookkeeping.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const result = (loss: number) => ({
  loss,
  focal: loss / 4,
  dice: loss / 2,
  distillation: loss / 8,
  gradient: new Float32Array(),
  samples: [],
});

test("the clock goes on from where an earlier part stopped", () => {
  const clock = new RunClock(5000);
  vi.advanceTimersByTime(1250);
  expect(clock.elapsedMs).toBe(6250);
});

test("the means are those of the steps since the last line", () => {
  const recent = new RecentSteps(4);
  recent.add(result(9), 9);
  recent.take();
  recent.add(result(1), 2);
  recent.add(result(3), 4);
  vi.advanceTimersByTime(2000);
  expect(recent.loss).toBe(2);
  expect(recent.take()).toEqual({
    ...{ loss: 2, focal: 0.5, dice: 1, distillation: 0.25 },
    ...{ gradientNorm: 3, imagesPerSecond: 4 },
  });
});
