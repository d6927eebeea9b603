import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import type { Picture } from "../../../src/dataset/read-picture.js";
import { drawCrop } from "../../../src/training/data/draw-crop.js";
import { type PieceSource, pasteBlob, pasteObject } from "../../../src/training/data/paste.js";
import { UNKNOWN } from "../../../src/training/data/sample-crop.js";
import { plane } from "../../dataset/tiny-dataset.js";
import { NO_AUGMENTATION, PLAIN_TARGET, STRONGEST } from "./augmentations.js";

const SIDE = 200;
const TARGET = { ...PLAIN_TARGET, width: SIDE, height: SIDE, classCount: 2 };
/** A bright disc of class 1 around (60, 120), and a corner that is not labelled. */
const isDisc = (x: number, y: number) => (x - 60) ** 2 + (y - 120) ** 2 < 20 ** 2;
const label: Picture = {
  width: SIDE,
  height: SIDE,
  channels: 1,
  data: plane(SIDE, SIDE, (x, y) => (isDisc(x, y) ? 1 : x > 150 && y > 150 ? 255 : 0)),
};
const picture: Picture = { ...label, data: plane(SIDE, SIDE, (x, y) => (isDisc(x, y) ? 250 : 100)) };

const emptyCrop = () => ({
  image: new Float32Array(SIDE * SIDE),
  ids: new Uint8Array(SIDE * SIDE),
});

function sourceAround(around: { x: number; y: number }, seed: number, augmentation = NO_AUGMENTATION) {
  const draw = drawCrop(new Random(seed), augmentation, picture, TARGET, around);
  return { picture, label, draw, around } satisfies PieceSource;
}

/** Mean place of the px that a test holds for. */
function middleOf(is: (at: number) => boolean): { x: number; y: number; count: number } {
  let [x, y, count] = [0, 0, 0];
  for (let at = 0; at < SIDE * SIDE; at++) {
    if (!is(at)) continue;
    x += at % SIDE;
    y += Math.floor(at / SIDE);
    count++;
  }
  return { x: x / count, y: y / count, count };
}

test("an object comes with its label, whole, and with nothing of its background", () => {
  const discSize = middleOf((at) => label.data[at] === 1).count;
  for (let seed = 0; seed < 20; seed++) {
    const crop = emptyCrop();
    pasteObject(crop, sourceAround({ x: 60, y: 120 }, seed), TARGET);
    // Drawn in the inner part, a disc of 20 px lies wholly in the crop: its border is 20 px wide.
    const labelled = middleOf((at) => crop.ids[at] === 1);
    expect(Math.abs(labelled.count - discSize)).toBeLessThan(0.05 * discSize);
    const shown = middleOf((at) => crop.image[at]! > 0.9);
    expect(Math.hypot(shown.x - labelled.x, shown.y - labelled.y)).toBeLessThan(1);
    expect(middleOf((at) => crop.image[at]! > 0).count).toBeLessThan(1.3 * discSize);
    expect(crop.image[0]).toBe(0);
  }
});

test("a blob brings the background's label and the disc's where it covers it", () => {
  const crop = { image: new Float32Array(SIDE * SIDE), ids: new Uint8Array(SIDE * SIDE).fill(7) };
  pasteBlob(crop, sourceAround({ x: 60, y: 120 }, 3), TARGET, new Random(5));
  const covered = middleOf((at) => crop.ids[at] !== 7);
  expect(covered.count).toBeGreaterThan(100);
  for (let at = 0; at < SIDE * SIDE; at++) {
    if (crop.ids[at] === 7) continue;
    expect(crop.ids[at] === 1 ? crop.image[at]! : 1 - crop.image[at]!).toBeGreaterThan(0.3);
  }
});

test("what the piece's frame does not know is unknown in the crop", () => {
  const crop = emptyCrop();
  pasteBlob(crop, sourceAround({ x: 190, y: 190 }, 1), TARGET, new Random(1));
  expect(crop.ids).toContain(UNKNOWN);
});

test("pieces at any place, turned and scaled, stay within the crop and finite", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), fc.nat(SIDE - 1), fc.nat(SIDE - 1), (seed, x, y) => {
      const crop = emptyCrop();
      const source = sourceAround({ x, y }, seed, STRONGEST);
      pasteObject(crop, source, TARGET);
      pasteBlob(crop, source, TARGET, new Random(seed));
      expect(crop.image.every(Number.isFinite)).toBe(true);
      expect(crop.ids.every((id) => id < 2 || id === UNKNOWN)).toBe(true);
    }),
    { numRuns: 30 },
  );
});
