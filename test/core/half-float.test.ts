import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHalf, halvesToFloats, toHalf } from "../../src/core/half-float.js";

describe("half floats", () => {
  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [0, 0],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [2 ** -14, 0x0400],
    [1 / 3, 0x3555],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ])("%s is written as the standard says", (number, half) => {
    expect(toHalf(number)).toBe(half);
  });

  test("every finite half survives the way to a number and back", () => {
    for (let half = 0; half < 65_536; half++) {
      if ((half & 0x7c00) !== 0x7c00) expect(toHalf(fromHalf(half))).toBe(half);
    }
  });

  test("a number is rounded to the nearest half", () => {
    fc.assert(
      fc.property(fc.float({ min: -65_000, max: 65_000, noNaN: true }), (number) => {
        const half = toHalf(number);
        const distance = Math.abs(fromHalf(half) - number);
        for (const neighbour of [half - 1, half + 1]) {
          if (neighbour < 0 || (neighbour & 0x7c00) === 0x7c00) continue;
          expect(Math.abs(fromHalf(neighbour) - number)).toBeGreaterThanOrEqual(distance);
        }
      }),
    );
  });

  test("many at once are the same as one by one", () => {
    const halves = new Uint16Array([0, 1, 0x3c00, 0x7bff, 0xc000, 0xfc00]);
    const floats = new Float32Array(halves.length);
    halvesToFloats(halves, floats);
    expect([...floats]).toEqual([...halves].map((half) => Math.fround(fromHalf(half))));
  });

  test("what is no number stays none", () => {
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
  });
});
