import { expect, test } from "vitest";
import { asLimits, rooflineMs } from "../../src/benchmark/layers/roofline.js";

const roofline = {
  macsPerSecond: 1e9,
  bandwidths: [
    { workingSetBytes: 1000, bytesPerSecond: 2e6 },
    { workingSetBytes: 4000, bytesPerSecond: 1e6 },
  ],
};

test("a node takes its arithmetic or its traffic, whichever is longer", () => {
  expect(rooflineMs(roofline, 5e6, 500)).toBe(5);
  expect(rooflineMs(roofline, 1, 500)).toBe(0.25);
});

test("traffic goes at the speed of the smallest working set that holds it, or of the largest", () => {
  expect(rooflineMs(roofline, 0, 1000)).toBe(0.5);
  expect(rooflineMs(roofline, 0, 1001)).toBe(1.001);
  expect(rooflineMs(roofline, 0, 8000)).toBe(8);
});

test("a smaller working set is no slower than a larger one", () => {
  const speeds = [30, 70, 40, 20].map((bytesPerSecond, index) => ({
    workingSetBytes: index + 1,
    bytesPerSecond,
  }));
  expect(asLimits(speeds).map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([70, 70, 40, 20]);
});
