import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { type LossOptions, SegmentationLoss } from "../../../src/training/loss/segmentation-loss.js";
import { plainLoss } from "./plain-loss.js";

const CELLS = 40;
const CELL_PIXELS = 16;

/** A third of the cells is ignored, a third partly known, a third known in full; most hold several classes. */
function randomCells(classes: number, seed: number) {
  const random = new Random(seed);
  const logits = Float32Array.from({ length: CELLS * classes }, () => random.uniform(-3, 3));
  const counts = new Uint8Array(CELLS * classes);
  for (let cell = 0; cell < CELLS; cell++) {
    const known = [0, 1 + random.integer(CELL_PIXELS - 1), CELL_PIXELS][cell % 3]!;
    for (let px = 0; px < known; px++) counts[cell * classes + random.integer(classes)]!++;
  }
  return { logits, counts };
}

/** Of the float64 reference: the step's error is its square, 1e-8, the rounding's 1e-16 / 1e-4. */
const STEP = 1e-4;

function centralDifferences(logits: Float32Array, loss: (logits: readonly number[]) => number): number[] {
  const values = Array.from(logits);
  return values.map((value, at) => {
    const moved = (by: number) => loss(values.with(at, value + by));
    return (moved(STEP) - moved(-STEP)) / (2 * STEP);
  });
}

/** Probabilities are float32: eight digits, of which sums over the cells leave six. */
const RELATIVE_TOLERANCE = 1e-5;

describe.each([2, 4])("with %i classes", (classes) => {
  const classWeights = [1, 17, 3, 0.5].slice(0, classes);

  describe.each([0, 0.5, 1, 2, 3.5])("gamma %f", (focalGamma) => {
    test.each([0, 1, 2.5])(
      "and Dice weight %f, value and gradient are those of the definition",
      (diceWeight) => {
        const options: LossOptions = { classWeights, focalGamma, diceWeight };
        const { logits, counts } = randomCells(classes, classes);
        const actual = new SegmentationLoss(classes, options).evaluate(logits, counts, CELL_PIXELS);
        const expected = plainLoss(logits, counts, CELL_PIXELS, options);
        for (const part of ["loss", "focal", "dice"] as const)
          expect(actual[part]).toBeCloseTo(expected[part], 5);
        const gradient = centralDifferences(
          logits,
          (moved) => plainLoss(moved, counts, CELL_PIXELS, options).loss,
        );
        const largest = Math.max(...gradient.map(Math.abs));
        const error = Math.max(...gradient.map((value, at) => Math.abs(value - actual.gradient[at]!)));
        expect(error / largest).toBeLessThan(RELATIVE_TOLERANCE);
      },
    );
  });

  const options: LossOptions = { classWeights, focalGamma: 2, diceWeight: 1 };

  test("a cell without a known px has no gradient", () => {
    const { logits, counts } = randomCells(classes, 9);
    const { gradient } = new SegmentationLoss(classes, options).evaluate(logits, counts, CELL_PIXELS);
    for (let cell = 0; cell < CELLS; cell += 3) {
      // -0 is none either.
      expect([...gradient.subarray(cell * classes, (cell + 1) * classes)].every((value) => value === 0)).toBe(
        true,
      );
    }
  });

  test("the gradient of each cell sums to nothing: adding a constant to all logits changes nothing", () => {
    const { logits, counts } = randomCells(classes, 10);
    const { gradient } = new SegmentationLoss(classes, options).evaluate(logits, counts, CELL_PIXELS);
    for (let cell = 0; cell < CELLS; cell++) {
      const sum = gradient.subarray(cell * classes, (cell + 1) * classes).reduce((a, b) => a + b);
      expect(Math.abs(sum)).toBeLessThan(1e-7);
    }
  });

  test("what is said with certainty and is right costs nothing", () => {
    const counts = new Uint8Array(CELLS * classes);
    const logits = new Float32Array(CELLS * classes).fill(-40);
    for (let cell = 0; cell < CELLS; cell++) {
      counts[cell * classes + (cell % classes)] = CELL_PIXELS;
      logits[cell * classes + (cell % classes)] = 40;
    }
    const { loss, gradient } = new SegmentationLoss(classes, options).evaluate(logits, counts, CELL_PIXELS);
    expect(Math.abs(loss)).toBeLessThan(1e-6);
    expect(gradient.every((value) => Math.abs(value) < 1e-6)).toBe(true);
  });

  test.each([10, 20, 60])(
    "a px that is wrong by a difference of logits of %i keeps its whole gradient",
    (difference) => {
      const counts = new Uint8Array(classes);
      counts[1] = CELL_PIXELS;
      const logits = new Float32Array(classes);
      logits[0] = difference;
      const { gradient } = new SegmentationLoss(classes, { ...options, diceWeight: 0 }).evaluate(
        logits,
        counts,
        CELL_PIXELS,
      );
      const expected = centralDifferences(
        logits,
        (moved) => plainLoss(moved, counts, CELL_PIXELS, { ...options, diceWeight: 0 }).loss,
      );
      expect(gradient[1]).toBeCloseTo(expected[1]!, 5);
      expect(gradient[1]).toBeLessThan(-0.99);
    },
  );

  test("what is said with certainty and is wrong stays a number", () => {
    const counts = new Uint8Array(CELLS * classes);
    const logits = new Float32Array(CELLS * classes).fill(-500);
    for (let cell = 0; cell < CELLS; cell++) {
      counts[cell * classes + (cell % classes)] = CELL_PIXELS;
      logits[cell * classes + ((cell + 1) % classes)] = 500;
    }
    const { loss, gradient } = new SegmentationLoss(classes, options).evaluate(logits, counts, CELL_PIXELS);
    expect(loss).toBeGreaterThan(1);
    expect(Number.isFinite(loss) && gradient.every(Number.isFinite)).toBe(true);
  });

  test("where nothing is known there is no loss", () => {
    const { logits } = randomCells(classes, 11);
    const counts = new Uint8Array(CELLS * classes);
    const { loss, gradient } = new SegmentationLoss(classes, options).evaluate(logits, counts, CELL_PIXELS);
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });

  test("a batch of another size is taken after the first", () => {
    const evaluator = new SegmentationLoss(classes, options);
    const { logits, counts } = randomCells(classes, 12);
    const half = [logits.subarray(0, 20 * classes), counts.subarray(0, 20 * classes)] as const;
    const alone = new SegmentationLoss(classes, options).evaluate(...half, CELL_PIXELS);
    evaluator.evaluate(logits, counts, CELL_PIXELS);
    expect(evaluator.evaluate(...half, CELL_PIXELS)).toEqual(alone);
  });
});
