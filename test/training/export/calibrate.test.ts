import { expect, test } from "vitest";
import { searchBiases } from "../../../src/training/export/calibrate.js";
import { decoderFor } from "../../../src/training/export/score-frames.js";
import { plane } from "../../dataset/tiny-dataset.js";

const SIDE = 16;

/** A frame whose logits are one class's score inside of its half and another outside. */
function frameWith(scoreOf: (id: number, isThere: boolean) => number, classes: number) {
  const data = plane(SIDE, SIDE, (x) => (x < 4 ? 1 : x < 8 ? classes - 1 : 0));
  const logits = new Float32Array(SIDE * SIDE * classes);
  for (let at = 0; at < SIDE * SIDE; at++) {
    for (let id = 1; id < classes; id++) logits[at * classes + id] = scoreOf(id, data[at] === id);
  }
  const label = { width: SIDE, height: SIDE, channels: 1, data } as const;
  return { logits, label, decoder: decoderFor(classes, 1, SIDE, SIDE, label) };
}

test("a class that is seen everywhere is held back until it is seen where it is", () => {
  const frame = frameWith((_, isThere) => (isThere ? 1.2 : 0.6), 2);
  const calibration = searchBiases([frame], 2, 255);
  expect(calibration.iouBefore).toBeCloseTo(0.5, 5);
  expect(calibration.iouAfter).toBe(1);
  expect(calibration.biases[0]).toBe(0);
  expect(calibration.biases[1]).toBeLessThan(-0.6);
  expect(calibration.biases[1]).toBeGreaterThan(-1.2);
});

test("each class gets a number of its own", () => {
  const frame = frameWith((id, isThere) => (id === 1 ? (isThere ? 1.2 : 0.6) : isThere ? -0.4 : -1), 3);
  const { biases, iouAfter } = searchBiases([frame], 3, 255);
  expect(iouAfter).toBe(1);
  expect(biases[1]).toBeLessThan(0);
  expect(biases[2]).toBeGreaterThan(0);
});

test("what is right already stays as it is", () => {
  const frame = frameWith((_, isThere) => (isThere ? 1 : -1), 2);
  expect(searchBiases([frame], 2, 255)).toEqual({ frames: 1, biases: [0, 0], iouBefore: 1, iouAfter: 1 });
});

test("a gain that lies far off is left alone", () => {
  const frame = frameWith((_, isThere) => (isThere ? 6 : 3.5), 2);
  const { biases, iouAfter } = searchBiases([frame], 2, 255);
  expect([biases, iouAfter]).toEqual([[0, 0], 0.5]);
});
