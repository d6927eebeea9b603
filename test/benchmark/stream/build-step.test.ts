import { describe, expect, test } from "vitest";
import { buildStep, holds, isMajority } from "../../../src/benchmark/stream/build-step.js";
import { countTurn } from "../../../src/benchmark/stream/turn.js";
import { maskOf, turnOf } from "./made-up-turns.js";

/** A turn at 10 frames per second of which the given frames were dropped. */
function measured(frames: number, dropped: readonly number[] = []) {
  const masks = Array.from({ length: frames }, (_, seq) => seq)
    .filter((seq) => !dropped.includes(seq))
    .map((seq) => maskOf(seq, 10, { ageMs: 22 + seq }));
  const record = turnOf(10, frames, { masks });
  return { counted: countTurn(record, { head: 0, tail: 0 }), counters: record.counters };
}

describe("a step", () => {
  test("adds its turns up and gives the percentiles that they support together", () => {
    const step = buildStep(10, [measured(60, [3]), measured(60)], 0);
    expect(step).toMatchObject({ fps: 10, frames: 120, masks: 119, dropped: 1, dropRatio: 1 / 120 });
    expect(step.ageMs).toMatchObject({ count: 119, min: 22, max: 81 });
    expect(step.ageMs!.p90).not.toBeNull();
    expect(step.ageMs!.p99).toBeNull();
    expect(step.processingMs).toMatchObject({ p50: 16, jitter: 0 });
    expect(step.counters).toEqual({
      received: 120,
      malformed: 0,
      lost: 0,
      superseded: 1,
      failed: 0,
      masks: 119,
    });
    expect(step.turns.map(({ dropped, isHeld }) => [dropped, isHeld])).toEqual([
      [1, false],
      [0, true],
    ]);
  });

  test("holds where most turns do", () => {
    expect(buildStep(10, [measured(60, [3]), measured(60), measured(60)], 0).isHeld).toBe(true);
    expect(buildStep(10, [measured(60, [3]), measured(60)], 0).isHeld).toBe(false);
  });

  test("holds with as many drops as are allowed, and not with one more", () => {
    expect(buildStep(10, [measured(100, [3, 50])], 0.02).isHeld).toBe(true);
    expect(buildStep(10, [measured(100, [3, 50, 70])], 0.02).isHeld).toBe(false);
  });

  test("does not hold where the camera did not keep its rate", () => {
    const { counted } = measured(60);
    expect(holds(counted, 10.5, 0)).toBe(true);
    expect(holds(counted, 11, 0)).toBe(false);
  });

  test("without a mask has no ages, and all is dropped", () => {
    const step = buildStep(10, [measured(2, [0, 1])], 0);
    expect(step).toMatchObject({
      dropRatio: 1,
      ageMs: null,
      processingMs: null,
      stagesMs: null,
      isHeld: false,
    });
  });
});

test("a majority is more than half", () => {
  expect([[], [true], [true, false], [true, true, false]].map(isMajority)).toEqual([
    false,
    true,
    false,
    true,
  ]);
});
