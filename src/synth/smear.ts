import type { Lens } from "./lens.js";
import type { Pose } from "./motion.js";
import { inward } from "./vector.js";

/** Standard deviation of the lens's own blur, in px: good wide-angle lenses are not sharper. */
const LENS_BLUR_PX = 0.45;

/**
 * Blurs the hall as lens and camera shake do, in place: a Gaussian widened by how far the picture's middle moves
 * during the exposure, each direction for itself.
 */
export function smear(radiance: Float32Array, lens: Lens, first: Pose, last: Pose): void {
  const [right, up, forward] = inward(first.rotation, last.rotation[2]);
  const [x, y] = lens.project([right, -up, forward]);
  const shiftX = x - (lens.width - 1) / 2;
  const shiftY = y - (lens.height - 1) / 2;
  // A motion of length s spreads by s / sqrt(12), as an even distribution does.
  blurRows(radiance, lens.width, lens.height, kernel(Math.hypot(LENS_BLUR_PX, shiftX / Math.sqrt(12))));
  blurColumns(radiance, lens.width, lens.height, kernel(Math.hypot(LENS_BLUR_PX, shiftY / Math.sqrt(12))));
}

/** Weights of the five taps of a Gaussian: middle, one off, two off. */
function kernel(sigma: number): readonly [number, number, number] {
  const one = Math.exp(-0.5 / sigma ** 2);
  const two = Math.exp(-2 / sigma ** 2);
  const total = 1 + 2 * one + 2 * two;
  return [1 / total, one / total, two / total];
}

function blurRows(
  field: Float32Array,
  width: number,
  height: number,
  [middle, one, two]: readonly [number, number, number],
): void {
  for (let y = 0; y < height; y++) {
    let a = field[y * width]!;
    let b = a;
    for (let at = y * width, end = at + width; at < end; at++) {
      const c = field[at]!;
      const d = field[Math.min(end - 1, at + 1)]!;
      const e = field[Math.min(end - 1, at + 2)]!;
      field[at] = middle * c + one * (b + d) + two * (a + e);
      a = b;
      b = c;
    }
  }
}

function blurColumns(
  field: Float32Array,
  width: number,
  height: number,
  [middle, one, two]: readonly [number, number, number],
): void {
  // Row by row with the two original rows before it kept, which is kinder to the cache than column by column.
  let before = field.slice(0, width);
  let beforeThat = before.slice();
  for (let y = 0; y < height; y++) {
    const here = y * width;
    const next = Math.min(height - 1, y + 1) * width;
    const second = Math.min(height - 1, y + 2) * width;
    const original = field.slice(here, here + width);
    for (let x = 0; x < width; x++) {
      field[here + x] =
        middle * original[x]! +
        one * (before[x]! + field[next + x]!) +
        two * (beforeThat[x]! + field[second + x]!);
    }
    beforeThat = before;
    before = original;
  }
}
