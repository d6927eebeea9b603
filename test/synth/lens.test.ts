import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lens } from "../../src/synth/lens.js";

const LENS = new Lens(64, 48, 32, 0.04);

describe("Lens", () => {
  test("a ray through a pixel's centre is projected back onto it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 47 }), (x, y) => {
        const at = (y * 64 + x) * 3;
        const [px, py] = LENS.project([LENS.rays[at]!, LENS.rays[at + 1]!, LENS.rays[at + 2]!]);
        expect(px).toBeCloseTo(x, 2);
        expect(py).toBeCloseTo(y, 2);
      }),
    );
  });

  test("rays have length 1", () => {
    for (let at = 0; at < LENS.rays.length; at += 3) {
      expect(Math.hypot(LENS.rays[at]!, LENS.rays[at + 1]!, LENS.rays[at + 2]!)).toBeCloseTo(1, 5);
    }
  });

  test("a ball's rim lies within its circle in the picture", () => {
    const angle = fc.double({ min: 0, max: 1.2, noNaN: true });
    const half = fc.double({ min: 0.01, max: 0.5, noNaN: true });
    const turn = fc.double({ min: 0, max: 6.3, noNaN: true });
    fc.assert(
      fc.property(angle, half, turn, (a, h, t) => {
        // A point of the rim: off the ball's middle, which lies at `a` to the right, by `h` in direction `t`.
        const [u, v, w] = [Math.sin(h) * Math.cos(t), Math.sin(h) * Math.sin(t), Math.cos(h)];
        const rim = LENS.project([u * Math.cos(a) + w * Math.sin(a), v, w * Math.cos(a) - u * Math.sin(a)]);
        const middle = LENS.project([Math.sin(a), 0, Math.cos(a)]);
        expect(Math.hypot(rim[0] - middle[0], rim[1] - middle[1])).toBeLessThanOrEqual(
          LENS.ballRadiusPx(a, h),
        );
      }),
    );
  });
});
