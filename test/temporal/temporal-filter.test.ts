import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import type { GreyPicture } from "../../src/temporal/grey-picture.js";
import { type TemporalSettings, temporalSettings } from "../../src/temporal/settings.js";
import { TemporalFilter } from "../../src/temporal/temporal-filter.js";

const SIDE = 64;
const PIXELS = SIDE * SIDE;
const MIDDLE = 32 * SIDE + 32;
/** As many tensor px per px of scores as the search has, so that nothing is shrunk. */
const STRIDE = 8;

/** A noisy picture as seen after moving it to the right. */
function scene(right = 0, seed = 1) {
  const random = new Random(seed);
  const noise = Uint8Array.from({ length: SIDE * 3 * SIDE }, () => random.integer(256));
  return (to: GreyPicture) => {
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) to.px[y * SIDE + x] = noise[y * 3 * SIDE + SIDE + x - right]!;
    }
  };
}

const flat = (score: number) => new Float32Array(PIXELS).fill(score);

function filterOf(settings: Partial<TemporalSettings>, planes = 1): TemporalFilter {
  const classes = planes === 1 ? 2 : planes;
  return new TemporalFilter(temporalSettings(settings, classes)!, planes, SIDE, SIDE, STRIDE);
}

describe("two classes", () => {
  test("the first frame passes as it is, up to the limit", () => {
    const filter = filterOf({ limit: 8 });
    expect(filter.run(scene(), flat(3))[MIDDLE]).toBe(3);
    filter.forget();
    expect(filter.run(scene(), flat(-30))[MIDDLE]).toBe(-8);
  });

  test("where the picture stays, evidence is the mean that `keep` says", () => {
    const filter = filterOf({ keep: 0.5, hysteresis: [0, 0] });
    filter.run(scene(), flat(4));
    expect(filter.run(scene(), flat(-2))[MIDDLE]).toBe(1);
    expect(filter.run(scene(), flat(-2))[MIDDLE]).toBe(-0.5);
  });

  test("a class is held until the other is better by its lead", () => {
    const filter = filterOf({ keep: 0, hysteresis: [2, 1] });
    filter.run(scene(), flat(4));
    expect(filter.run(scene(), flat(-0.5))[MIDDLE]).toBe(0.5);
    expect(filter.run(scene(), flat(-1.5))[MIDDLE]).toBe(-0.5);
    // Now it is class 0 that is held, by a larger lead.
    expect(filter.run(scene(), flat(1.5))[MIDDLE]).toBe(-0.5);
    expect(filter.run(scene(), flat(2.5))[MIDDLE]).toBe(0.5);
  });

  test("evidence moves along with the picture", () => {
    const filter = filterOf({ keep: 0.5, hysteresis: [0, 0] });
    const scores = flat(-4);
    scores[MIDDLE] = 4;
    filter.run(scene(0), scores);
    const moved = filter.run(scene(3), flat(-4));
    expect([moved[MIDDLE], moved[MIDDLE + 3]]).toEqual([-4, 0]);
  });

  test("another picture makes it forget", () => {
    const filter = filterOf({});
    filter.run(scene(0, 1), flat(8));
    const result = filter.run(scene(0, 2), flat(-0.5));
    // Noise fits other noise here and there.
    expect(result.filter((score) => score > 0).length).toBeLessThan(PIXELS / 100);
  });

  test("told to forget, it begins anew", () => {
    const filter = filterOf({});
    filter.run(scene(), flat(8));
    filter.forget();
    expect(filter.run(scene(), flat(-1))[MIDDLE]).toBe(-1);
  });

  test("a score that is no number is gone with the next frame", () => {
    const filter = filterOf({ keep: 0.5, limit: 8, hysteresis: [0, 0] });
    expect(filter.run(scene(), flat(Number.NaN))[MIDDLE]).toBe(-8);
    expect(filter.run(scene(), flat(2))[MIDDLE]).toBe(-3);
  });
});

describe("more classes", () => {
  const scores = (...classes: number[]) =>
    Float32Array.from({ length: classes.length * PIXELS }, (_, at) => classes[Math.floor(at / PIXELS)]!);
  const at = (result: Float32Array, px: number) => [0, 1, 2].map((plane) => result[plane * PIXELS + px]);

  test("count by their distance to the best", () => {
    const filter = filterOf({ limit: 8 }, 3);
    expect(at(filter.run(scene(), scores(105, 100, 3)), MIDDLE)).toEqual([0, -5, -8]);
  });

  test("have a lead each where they are held", () => {
    const filter = filterOf({ keep: 0.5, hysteresis: [0, 1, 0] }, 3);
    filter.run(scene(), scores(0, 4, 2));
    expect(at(filter.run(scene(), scores(2, 0, 2)), MIDDLE)).toEqual([-2, 0, -1]);
  });

  test("two of them come to what their difference does", () => {
    const two = filterOf({}, 2);
    const difference = filterOf({}, 1);
    const random = new Random(5);
    for (let frame = 0; frame < 4; frame++) {
      const both = Float32Array.from({ length: 2 * PIXELS }, () => random.normal() * 4);
      const one = both.slice(PIXELS).map((score, px) => score - both[px]!);
      const apart = two.run(scene(frame), both);
      const together = difference.run(scene(frame), one);
      for (let px = 0; px < PIXELS; px++) {
        expect(apart[PIXELS + px]! - apart[px]!).toBeCloseTo(together[px]!, 4);
      }
    }
  });
});
