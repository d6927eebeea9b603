import { expect, test } from "vitest";
import { COARSE, isForCalibration, searchThresholds } from "../../../src/training/calibration/calibrate.js";
import { decoderFor } from "../../../src/training/calibration/score-frames.js";
import { plane } from "../../dataset/tiny-dataset.js";

const SIDE = 16;

/** A frame whose logits are one class's score inside of its half and another outside. */
function frameWith(scoreOf: (id: number, isThere: boolean) => number, classes: number) {
  const data = plane(SIDE, SIDE, (x) => (x < 4 ? 1 : x < 8 ? classes - 1 : 0));
  const logits = new Float32Array(SIDE * SIDE * classes);
  for (let at = 0; at < SIDE * SIDE; at++) {
    for (let id = 1; id < classes; id++) logits[id * SIDE * SIDE + at] = scoreOf(id, data[at] === id);
  }
  const label = { width: SIDE, height: SIDE, channels: 1, data } as const;
  return { logits, width: SIDE, height: SIDE, label, decoder: decoderFor(classes, 1, SIDE, SIDE, label) };
}

test("a class that is seen everywhere is held back until it is seen where it is", () => {
  const frame = frameWith((_, isThere) => (isThere ? 1.2 : 0.6), 2);
  const calibration = searchThresholds([frame], 2, 255);
  expect(calibration.iouBefore).toBeCloseTo(0.5, 5);
  expect(calibration.iouAfter).toBe(1);
  expect(calibration.biases[0]).toBe(0);
  expect(calibration.biases[1]).toBeLessThan(-0.6);
  expect(calibration.biases[1]).toBeGreaterThan(-1.2);
});

test("each class gets a number of its own", () => {
  const frame = frameWith((id, isThere) => (id === 1 ? (isThere ? 1.2 : 0.6) : isThere ? -0.4 : -1), 3);
  const { biases, iouAfter } = searchThresholds([frame], 3, 255);
  expect(iouAfter).toBe(1);
  expect(biases[1]).toBeLessThan(0);
  expect(biases[2]).toBeGreaterThan(0);
});

test("what is right already stays as it is", () => {
  const frame = frameWith((_, isThere) => (isThere ? 1 : -1), 2);
  expect(searchThresholds([frame], 2, 255)).toEqual({
    frames: 1,
    biases: [0, 0],
    confirmAt: [0, 0],
    iouBefore: 1,
    iouAfter: 1,
  });
});

test("a gain that lies far off is left alone", () => {
  const frame = frameWith((_, isThere) => (isThere ? 6 : 3.5), 2);
  const { biases, iouAfter } = searchThresholds([frame], 2, 255);
  expect([biases, iouAfter]).toEqual([[0, 0], 0.5]);
});

test("a class that is faintly seen where it is not must be confirmed, and then may reach further", () => {
  const data = plane(SIDE, SIDE, (x) => (x < 6 ? 1 : 0));
  // The object has a sure core and a doubtful rim; beside it lies a region as doubtful as the rim.
  const seen = (x: number) => (x < 3 ? 4 : x < 6 ? -0.6 : x >= 10 && x < 14 ? -0.5 : -3);
  const logits = new Float32Array(2 * SIDE * SIDE);
  for (let at = 0; at < SIDE * SIDE; at++) logits[SIDE * SIDE + at] = seen(at % SIDE);
  const label = { width: SIDE, height: SIDE, channels: 1, data } as const;
  const frame = { logits, width: SIDE, height: SIDE, label, decoder: decoderFor(2, 1, SIDE, SIDE, label) };
  const { biases, confirmAt, iouBefore, iouAfter } = searchThresholds([frame], 2, 255);
  expect(iouBefore).toBeCloseTo(0.5, 5);
  expect(iouAfter).toBe(1);
  expect(biases[1]).toBeGreaterThan(0.6);
  // Above what the false region reaches with the bias, not above what the core does.
  expect(confirmAt[1]).toBeGreaterThan(biases[1]! - 0.5);
  expect(confirmAt[1]).toBeLessThanOrEqual(biases[1]! + 4);
  expect(confirmAt[0]).toBe(0);
});

test.each([
  [3, 3],
  [64, 64],
  [65, 33],
  [154, 52],
  [640, 64],
])("of %i frames %i are calibrated on, evenly spread", (frames, expected) => {
  const chosen = Array.from({ length: frames }, (_, index) => index).filter((index) =>
    isForCalibration(index, frames),
  );
  expect(chosen).toHaveLength(expected);
  expect(new Set(chosen.slice(1).map((index, at) => index - chosen[at]!)).size).toBe(1);
});

test("more frames may be asked for", () => {
  const chosen = (frames: number) =>
    Array.from({ length: frames }, (_, index) => isForCalibration(index, frames, 256)).filter(Boolean);
  expect([154, 256, 257].map((frames) => chosen(frames).length)).toEqual([154, 256, 129]);
});

test("a coarse search finds less than a fine one, and nothing else", () => {
  const frame = frameWith((_, isThere) => (isThere ? 1.2 : 0.6), 2);
  const [fine, coarse] = [
    searchThresholds([frame], 2, 255),
    searchThresholds([frame], 2, 255, () => {}, COARSE),
  ];
  expect(fine.iouAfter).toBe(1);
  expect(coarse).toMatchObject({
    iouBefore: fine.iouBefore,
    iouAfter: 1,
    biases: [0, expect.closeTo(-0.8, 5)],
  });
});
