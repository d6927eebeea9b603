import fc from "fast-check";
import { expect, test } from "vitest";
import { ageMs, stampFromMs, stampNow, stampToMs } from "../../src/core/stamp.js";

/** Milliseconds since 1970 in a float64 are about a quarter of a microsecond apart. */
const MOST_ERROR_MS = 0.0005;

test("a moment survives the way through a stamp to half a microsecond", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 4e12, noNaN: true }), (ms) => {
      expect(Math.abs(stampToMs(stampFromMs(ms)) - ms)).toBeLessThanOrEqual(MOST_ERROR_MS);
    }),
  );
});

test("a stamp's nanoseconds are a whole number below one second", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e12, max: 4e12, noNaN: true }), (ms) => {
      const { sec, nanosec } = stampFromMs(ms);
      expect(Number.isInteger(sec) && Number.isInteger(nanosec)).toBe(true);
      expect(nanosec >= 0 && nanosec <= 999_999_999).toBe(true);
    }),
  );
});

test("milliseconds split into seconds and nanoseconds", () => {
  expect(stampFromMs(1500.25)).toEqual({ sec: 1, nanosec: 500_250_000 });
});

test("just before a full second the nanoseconds do not overflow", () => {
  expect(stampFromMs(999.999_999_9)).toEqual({ sec: 0, nanosec: 999_999_999 });
});

test("the age is counted from the stamp to now", () => {
  expect(ageMs({ sec: 2, nanosec: 500_000_000 }, 2600.5)).toBeCloseTo(100.5, 6);
});

test("a sender's clock that is ahead gives a negative age", () => {
  expect(ageMs({ sec: 3, nanosec: 0 }, 2000)).toBe(-1000);
});

test("stampNow is between the clock's readings before and after", () => {
  const before = performance.timeOrigin + performance.now();
  const now = stampToMs(stampNow());
  const after = performance.timeOrigin + performance.now();
  expect(now).toBeGreaterThanOrEqual(before - MOST_ERROR_MS);
  expect(now).toBeLessThanOrEqual(after + MOST_ERROR_MS);
});
