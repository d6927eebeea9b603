import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfusionMatrix } from "../../src/evaluation/confusion-matrix.js";

const CLASSES = 3;
const IGNORE = 255;

const pixel = fc.record({
  label: fc.constantFrom(0, 1, 2, IGNORE),
  prediction: fc.constantFrom(0, 1, 2, IGNORE),
});
const frames = fc.array(fc.array(pixel, { maxLength: 30 }), { maxLength: 4 });

function count(of: readonly (readonly { label: number; prediction: number }[])[]): ConfusionMatrix {
  const matrix = new ConfusionMatrix(CLASSES, IGNORE);
  for (const frame of of) {
    matrix.add(
      Uint8Array.from(frame, ({ label }) => label),
      Uint8Array.from(frame, ({ prediction }) => prediction),
    );
  }
  return matrix;
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);
const ids = [0, 1, 2];

describe("ConfusionMatrix", () => {
  test("every figure is that of counting px one by one", () => {
    fc.assert(
      fc.property(frames, (of) => {
        const matrix = count(of);
        const valid = of.flat().filter(({ label }) => label !== IGNORE);
        const has = (label: number, prediction: number) =>
          valid.filter((px) => px.label === label && px.prediction === prediction).length;
        expect(matrix.rows()).toEqual(ids.map((label) => ids.map((prediction) => has(label, prediction))));
        expect([...matrix.unanswered]).toEqual(ids.map((label) => has(label, IGNORE)));
        const iou = ids.map((id) =>
          ratio(has(id, id), valid.filter((px) => px.label === id || px.prediction === id).length),
        );
        expect(matrix.iou()).toEqual(iou);
        const right = valid.filter((px) => px.label === px.prediction).length;
        expect(matrix.pixelAccuracy()).toEqual(ratio(right, valid.length));
        for (const id of ids) {
          const labelled = valid.filter((px) => px.label === id);
          const others = valid.filter((px) => px.label !== id);
          const missed = ratio(labelled.filter((px) => px.prediction !== id).length, labelled.length);
          const alarms = ratio(others.filter((px) => px.prediction === id).length, others.length);
          const [missedRate, alarmRate] = [matrix.falseNegativeRate()[id]!, matrix.falsePositiveRate()[id]!];
          if (missed === null) expect(missedRate).toBeNull();
          else expect(missedRate).toBeCloseTo(missed, 12);
          expect(alarmRate).toEqual(alarms);
        }
      }),
    );
  });

  test("classes that occur nowhere are left out of the mean", () => {
    const matrix = count([
      [
        { label: 0, prediction: 0 },
        { label: 0, prediction: 1 },
        { label: 1, prediction: 1 },
        { label: 1, prediction: 1 },
      ],
    ]);
    expect(matrix.iou()).toEqual([1 / 2, 2 / 3, null]);
    expect(matrix.meanIoU()).toBeCloseTo((1 / 2 + 2 / 3) / 2, 12);
  });

  test("nothing counted gives no figures", () => {
    const matrix = count([[{ label: IGNORE, prediction: 0 }]]);
    expect([matrix.meanIoU(), matrix.pixelAccuracy()]).toEqual([null, null]);
  });

  test("a label that is no class is refused", () => {
    const matrix = new ConfusionMatrix(CLASSES, IGNORE);
    expect(() => matrix.add(Uint8Array.of(3), Uint8Array.of(0))).toThrow(
      expect.objectContaining({ code: "DATASET_INVALID", actual: "1 px of id 3" }),
    );
  });

  test("frames of different sizes are refused", () => {
    const matrix = new ConfusionMatrix(CLASSES, IGNORE);
    expect(() => matrix.add(new Uint8Array(4), new Uint8Array(5))).toThrow(
      expect.objectContaining({ code: "DATASET_INVALID", actual: "4 px" }),
    );
  });
});
