import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { BLOCK_PX, BlockMotion, REACH_PX } from "../../src/temporal/block-motion.js";
import { type GreyPicture, greyPicture } from "../../src/temporal/grey-picture.js";

/** A part of a larger noisy picture. */
function cutOut(left: number, top: number, width: number, height: number): GreyPicture {
  const side = width + height + 4 * REACH_PX;
  const random = new Random(side);
  const noise = Uint8Array.from({ length: side * side }, () => random.integer(256));
  const picture = greyPicture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) picture.px[y * width + x] = noise[(top + y) * side + left + x]!;
  }
  return picture;
}

test("a picture that moves as a whole is found to do so, block by block", () => {
  const shift = fc.integer({ min: -REACH_PX, max: REACH_PX });
  const size = fc.integer({ min: 40, max: 70 });
  fc.assert(
    fc.property(shift, shift, size, size, (dx, dy, width, height) => {
      const before = cutOut(2 * REACH_PX, 2 * REACH_PX, width, height);
      const now = cutOut(2 * REACH_PX - dx, 2 * REACH_PX - dy, width, height);
      const motion = new BlockMotion(width, height);
      motion.run(before, now);
      // Blocks at the border may have come from outside of the picture.
      for (let row = 1; row < motion.rows - 2; row++) {
        for (let column = 1; column < motion.columns - 2; column++) {
          const block = row * motion.columns + column;
          expect([motion.dx[block], motion.dy[block]]).toEqual([dx, dy]);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test("a flat picture does not move", () => {
  const flat = greyPicture(40, 40);
  const motion = new BlockMotion(40, 40);
  motion.run(flat, flat);
  expect(motion.dx).toEqual(new Int8Array(25));
  expect(motion.dy).toEqual(new Int8Array(25));
});

test("a picture smaller than a block does not move", () => {
  const motion = new BlockMotion(BLOCK_PX - 1, 20);
  motion.run(cutOut(0, 0, BLOCK_PX - 1, 20), cutOut(1, 0, BLOCK_PX - 1, 20));
  expect([motion.columns, motion.rows, motion.dx.every((dx) => dx === 0)]).toEqual([1, 3, true]);
});
