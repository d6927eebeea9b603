import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { DistillationLoss, TEMPERATURE } from "../../../src/training/loss/distillation-loss.js";

const CELLS = 12;

/** As the paper writes it, in float64: T² times the mean of sum q log(q / p), by the cells' weight and the teacher's own. */
function plainDistillation(
  logits: readonly number[],
  teacher: ArrayLike<number>,
  counts: Uint8Array,
  classWeights: readonly number[],
): number {
  const classes = classWeights.length;
  const softened = (values: ArrayLike<number>, cell: number) => {
    const own = classWeights.map((_, c) => Math.exp(values[cell * classes + c]! / TEMPERATURE));
    const sum = own.reduce((a, b) => a + b);
    return own.map((value) => value / sum);
  };
  let [sum, mass] = [0, 0];
  for (let cell = 0; cell < CELLS; cell++) {
    const [p, q] = [softened(logits, cell), softened(teacher, cell)];
    const weights = classWeights.map((weight, c) => weight * counts[cell * classes + c]!);
    const heard = weights.reduce((total, weight, c) => total + weight * q[c]!, 0);
    sum += heard * q.reduce((total, value, c) => total + value * Math.log(value / p[c]!), 0);
    mass += weights.reduce((total, weight) => total + weight, 0);
  }
  return (TEMPERATURE ** 2 * sum) / mass;
}

function setUp(classes: number) {
  const random = new Random(classes);
  const draw = () => Float32Array.from({ length: CELLS * classes }, () => random.uniform(-4, 4));
  // Every third cell is unknown.
  const counts = Uint8Array.from({ length: CELLS * classes }, (_, at) =>
    Math.floor(at / classes) % 3 === 0 ? 0 : random.integer(8),
  );
  return { logits: draw(), teacher: draw(), counts, classWeights: [1, 5, 3, 0.5].slice(0, classes) };
}

describe.each([2, 4])("with %i classes", (classes) => {
  const { logits, teacher, counts, classWeights } = setUp(classes);

  test("value and gradient are those of the definition", () => {
    const gradient = new Float32Array(logits.length);
    const value = new DistillationLoss(classWeights).add(logits, teacher, counts, 0.7, gradient);
    const plain = (moved: readonly number[]) => 0.7 * plainDistillation(moved, teacher, counts, classWeights);
    const values = Array.from(logits);
    expect(value).toBeCloseTo(plain(values), 6);
    for (const [at, own] of values.entries()) {
      const slope = (plain(values.with(at, own + 1e-4)) - plain(values.with(at, own - 1e-4))) / 2e-4;
      expect(gradient[at]).toBeCloseTo(slope, 6);
    }
  });

  test("the gradient comes on top of what is there", () => {
    const alone = new Float32Array(logits.length);
    const onTop = new Float32Array(logits.length).fill(1);
    const loss = new DistillationLoss(classWeights);
    loss.add(logits, teacher, counts, 1, alone);
    loss.add(logits, teacher, counts, 1, onTop);
    for (let at = 0; at < alone.length; at++) expect(onTop[at]).toBeCloseTo(1 + alone[at]!, 6);
  });

  test("who answers as the teacher does has nothing to learn, whatever is added to all logits", () => {
    const gradient = new Float32Array(logits.length);
    const same = teacher.map((value) => value + 3);
    expect(new DistillationLoss(classWeights).add(same, teacher, counts, 1, gradient)).toBeCloseTo(0, 6);
    for (const slope of gradient) expect(slope).toBeCloseTo(0, 6);
  });

  test("a teacher that is sure of the wrong class is not listened to", () => {
    const [wrong, right] = [new Float32Array(classes).fill(-40), new Float32Array(classes).fill(-40)];
    wrong[0] = 40;
    right[1] = 40;
    const known = new Uint8Array(classes);
    known[1] = 16;
    const add = (teaching: Float32Array) => {
      const gradient = new Float32Array(classes);
      const loss = new DistillationLoss(classWeights).add(
        new Float32Array(classes),
        teaching,
        known,
        1,
        gradient,
      );
      return { loss, slope: gradient[1]! };
    };
    expect(add(wrong)).toEqual({ loss: expect.closeTo(0, 6), slope: expect.closeTo(0, 6) });
    expect(add(right).loss).toBeGreaterThan(1);
    expect(add(right).slope).toBeLessThan(-0.5);
  });

  test("where nothing is known there is nothing to learn", () => {
    const gradient = new Float32Array(logits.length);
    const nothing = new Uint8Array(counts.length);
    expect(new DistillationLoss(classWeights).add(logits, teacher, nothing, 1, gradient)).toBe(0);
    expect(gradient.every((slope) => slope === 0)).toBe(true);
  });

  test("certainty stays a number", () => {
    const sure = logits.map((value) => value * 1000);
    const gradient = new Float32Array(logits.length);
    const value = new DistillationLoss(classWeights).add(sure, teacher, counts, 1, gradient);
    expect(Number.isFinite(value) && gradient.every(Number.isFinite)).toBe(true);
    expect(value).toBeGreaterThan(1);
  });
});
