import { expect, test } from "vitest";
import { WarmUpDetector } from "../../src/benchmark/warm-up-detector.js";

/** Feeds it until it is done. */
function feed(timeOf: (run: number) => number) {
  const detector = new WarmUpDetector();
  while (!detector.isDone) detector.add(timeOf(detector.runs));
  const { runs, isStable, elapsedMs } = detector;
  return { runs, isStable, elapsedMs };
}

test("even times are warm as soon as two medians can be compared", () => {
  expect(feed(() => 20)).toEqual({ runs: 16, isStable: true, elapsedMs: 320 });
});

test("a quarter of a second is the least: clocks take that long to rise", () => {
  expect(feed(() => 1)).toEqual({ runs: 250, isStable: true, elapsedMs: 250 });
});

test("a slow start is left behind", () => {
  // Of the 16 last calls, the first 8 must hold more fast ones than slow ones too: calls 10 to 17 do.
  expect(feed((run) => (run < 12 ? 50 : 10))).toMatchObject({ runs: 25, isStable: true });
});

test("single slow calls do not hold it up", () => {
  expect(feed((run) => (run % 5 === 4 ? 90 : 20)).runs).toBe(16);
});

test("times that never settle end it after 400 calls, and it says so", () => {
  expect(feed((run) => 1.02 ** run / 1e6)).toMatchObject({ runs: 400, isStable: false });
});

test("a net of seconds ends it after ten of them, though not before the second call", () => {
  expect(feed(() => 3000)).toMatchObject({ runs: 4, isStable: false });
  expect(feed(() => 60_000).runs).toBe(2);
});
