import { describe, expect, test } from "vitest";
import { sequenceRule, sequenceTable } from "../../src/cli/eval-sequences.js";
import { placeholderClasses } from "../../src/model/manifest.js";

const SEQUENCE = { frames: 4, followers: 3, iou: { background: 0.9, class1: 0.25 } };

describe("sequenceTable", () => {
  const classes = placeholderClasses(2);
  const first = { ...SEQUENCE, name: "first_", flicker: 0.00123 };
  const second = { ...SEQUENCE, name: "second_", flicker: null, followers: 0 };

  test("several sequences are summed up, and what was not measured has a dash", () => {
    const described = { flicker: 0.00123, sequences: [first, second] };
    expect(sequenceTable(described, { background: 0.8, class1: 0.5 }, classes).split("\n")).toEqual([
      "sequence       frames   following  class1 IoU     flicker",
      "first_              4           3      0.2500       12.30",
      "second_             4           0      0.2500           -",
      "all                 8           3      0.5000       12.30",
      "flicker in px of 10000",
      "",
    ]);
  });

  test("one sequence needs no sum", () => {
    const text = sequenceTable({ flicker: 0.00123, sequences: [first] }, SEQUENCE.iou, classes);
    expect(text).toContain("first_ ");
    expect(text).not.toContain("all ");
  });
});

describe("sequenceRule", () => {
  const none = { temporal: false, frameDigits: undefined, maxStep: undefined };

  test("neighbours are one apart unless it is said otherwise", () => {
    expect(sequenceRule({ ...none, frameDigits: 4 }, false)).toEqual({ frameDigits: 4, maxStep: 1 });
    expect(sequenceRule({ ...none, frameDigits: 4, maxStep: 8 }, true)).toEqual({
      frameDigits: 4,
      maxStep: 8,
    });
  });

  test("frames stand alone unless it is said how they hang together", () => {
    expect(sequenceRule(none, true)).toBeUndefined();
  });

  test.each([
    [{ ...none, temporal: true }, false],
    [{ ...none, maxStep: 2 }, false],
    [{ temporal: true, frameDigits: 4, maxStep: 2 }, true],
  ])("%j with the worst frames drawn: %s is refused", (flags, isDrawingWorst) => {
    expect(() => sequenceRule(flags, isDrawingWorst)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
