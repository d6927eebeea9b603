import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SequenceGaps } from "../../src/transport/sequence-gaps.js";

function lostIn(numbers: readonly number[], frameId = "cam0"): number {
  const gaps = new SequenceGaps();
  return numbers.reduce((lost, seq) => lost + gaps.track(frameId, seq), 0);
}

describe("SequenceGaps", () => {
  test.each([
    ["nothing is missing", [0, 1, 2], 0],
    ["two are missing", [0, 3], 2],
    ["a stream that is joined late", [1000, 1001], 0],
    ["a sender that starts again", [7, 8, 0, 1], 0],
    ["a sender that starts again and loses one", [7, 8, 0, 2], 1],
    ["a number that comes twice", [5, 5, 6], 0],
  ])("%s: %j", (_, numbers, lost) => {
    expect(lostIn(numbers)).toBe(lost);
  });

  test("finds exactly what was left out of an ascending stream", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500), { minLength: 1 }), (kept) => {
        const numbers = [...kept].sort((a, b) => a - b);
        const span = (numbers.at(-1) as number) - (numbers[0] as number) + 1;
        expect(lostIn(numbers)).toBe(span - numbers.length);
      }),
    );
  });

  test("cameras are counted apart", () => {
    const gaps = new SequenceGaps();
    gaps.track("left", 10);
    gaps.track("right", 500);
    expect(gaps.track("left", 12)).toBe(1);
    expect(gaps.track("right", 501)).toBe(0);
  });

  test("ever new names push out the oldest and no more", () => {
    const gaps = new SequenceGaps();
    for (let camera = 0; camera < 257; camera++) gaps.track(`cam${camera}`, 0);
    expect(gaps.track("cam1", 5)).toBe(4);
    expect(gaps.track("cam0", 5)).toBe(0);
  });
});
