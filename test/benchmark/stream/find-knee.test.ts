import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findKnee, roundRate } from "../../../src/benchmark/stream/find-knee.js";

const OPTIONS = { startFps: 30, minFps: 1, maxFps: 1000, tolerance: 0.05 };

/** A stream that drops above a rate, and all rates that it was asked for. */
function streamOf(capacity: number) {
  const asked: number[] = [];
  return {
    asked,
    holds: async (fps: number) => {
      asked.push(fps);
      return fps <= capacity;
    },
  };
}

describe("findKnee", () => {
  test("doubles until a rate does not hold, then bisects by geometric means", async () => {
    const { asked, holds } = streamOf(100);
    const knee = await findKnee(holds, OPTIONS);
    expect(asked).toEqual([30, 60, 120, 84.9, 101, 92.6, 96.7]);
    expect(knee).toEqual({ holdsFps: 96.7, dropsFps: 101 });
  });

  test("halves where the first rate does not hold", async () => {
    const { asked, holds } = streamOf(8);
    await findKnee(holds, OPTIONS);
    expect(asked.slice(0, 3)).toEqual([30, 15, 7.5]);
  });

  test("says so where not even the lowest rate holds", async () => {
    const knee = await findKnee(streamOf(0).holds, OPTIONS);
    expect(knee).toEqual({ holdsFps: null, dropsFps: 1 });
  });

  test("says so where the highest rate holds", async () => {
    const { asked, holds } = streamOf(5000);
    expect(await findKnee(holds, OPTIONS)).toEqual({ holdsFps: 1000, dropsFps: null });
    expect(asked.at(-1)).toBe(1000);
  });

  test("a first rate beyond the limits is brought to them", async () => {
    const { asked, holds } = streamOf(5000);
    await findKnee(holds, { ...OPTIONS, startFps: 4000 });
    expect(asked).toEqual([1000]);
  });

  test("the capacity lies in the bracket, the bracket within the tolerance, no rate is asked for twice", async () => {
    const inputs = [
      fc.double({ min: 1, max: 999, noNaN: true }),
      fc.double({ min: 1, max: 1000, noNaN: true }),
    ];
    await fc.assert(
      fc.asyncProperty(
        ...(inputs as [(typeof inputs)[0], (typeof inputs)[0]]),
        async (capacity, startFps) => {
          const { asked, holds } = streamOf(capacity);
          const { holdsFps, dropsFps } = await findKnee(holds, { ...OPTIONS, startFps });
          expect(holdsFps).toBeLessThanOrEqual(capacity);
          expect(dropsFps).toBeGreaterThan(capacity);
          expect(dropsFps! / holdsFps!).toBeLessThanOrEqual(1.05);
          expect(new Set(asked).size).toBe(asked.length);
        },
      ),
    );
  });
});

test("rates have three digits", () => {
  expect([123.456, 0.98765, 84.85].map(roundRate)).toEqual([123, 0.988, 84.8]);
});
