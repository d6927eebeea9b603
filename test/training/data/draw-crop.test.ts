import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { type CropDraw, drawCrop } from "../../../src/training/data/draw-crop.js";
import { DEFAULT_AUGMENTATION } from "../../../src/training/options.js";
import { NO_AUGMENTATION, STRONGEST } from "./augmentations.js";

const PICTURE = { width: 1280, height: 1024, channels: 3 };
const CROP = { width: 640, height: 512 };
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const augmentations = fc.constantFrom(NO_AUGMENTATION, DEFAULT_AUGMENTATION, STRONGEST);

/** The crop px that a picture's px comes to lie on: the drawn map backwards. */
function inCrop(draw: CropDraw, x: number, y: number): [x: number, y: number] {
  const determinant = draw.xx * draw.yy - draw.xy * draw.yx;
  const [dx, dy] = [x - draw.x0, y - draw.y0];
  return [(draw.yy * dx - draw.xy * dy) / determinant, (draw.xx * dy - draw.yx * dx) / determinant];
}

test("the place that was asked for lies in the inner part of the crop, however it is turned and scaled", () => {
  const places = fc.record({ x: fc.integer({ min: 0, max: 1279 }), y: fc.integer({ min: 0, max: 1023 }) });
  fc.assert(
    fc.property(seeds, augmentations, places, (seed, augmentation, place) => {
      const draw = drawCrop(new Random(seed), augmentation, PICTURE, CROP, place);
      const [x, y] = inCrop(draw, place.x, place.y);
      expect(Math.abs(x - 319.5)).toBeLessThanOrEqual(0.4 * 640 + 1e-6);
      expect(Math.abs(y - 255.5)).toBeLessThanOrEqual(0.4 * 512 + 1e-6);
    }),
  );
});

test("the place reaches the edges of that part: a net does not learn that things lie in the middle", () => {
  const xs = Array.from({ length: 500 }, (_, seed) => {
    const draw = drawCrop(new Random(seed), STRONGEST, PICTURE, CROP, { x: 640, y: 512 });
    return inCrop(draw, 640, 512)[0];
  });
  expect(Math.min(...xs)).toBeLessThan(0.15 * 640);
  expect(Math.max(...xs)).toBeGreaterThan(0.85 * 640);
});

test("without a place and without rotation the whole crop lies inside the picture", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { x0, y0 } = drawCrop(new Random(seed), NO_AUGMENTATION, PICTURE, CROP, null);
      expect(x0).toBeGreaterThanOrEqual(0);
      expect(y0).toBeGreaterThanOrEqual(0);
      expect(x0 + CROP.width - 1).toBeLessThanOrEqual(PICTURE.width - 1);
      expect(y0 + CROP.height - 1).toBeLessThanOrEqual(PICTURE.height - 1);
    }),
  );
});

test("a crop of the picture's size lies exactly on it", () => {
  const { xx, xy, yx, yy, x0, y0 } = drawCrop(new Random(1), NO_AUGMENTATION, PICTURE, PICTURE, null);
  expect([xx, xy, yx, yy, x0, y0].map((value) => value + 0)).toEqual([1, 0, 0, 1, 0, 0]);
});

test("a crop larger than the picture has the picture in its middle", () => {
  const { x0, y0 } = drawCrop(
    new Random(1),
    NO_AUGMENTATION,
    { width: 10, height: 20, channels: 1 },
    CROP,
    null,
  );
  expect([x0, y0]).toEqual([-315, -246]);
});

test("rotation and scale keep shapes: the map is a similarity within the zoom", () => {
  fc.assert(
    fc.property(seeds, augmentations, (seed, augmentation) => {
      const { xx, xy, yx, yy } = drawCrop(new Random(seed), augmentation, PICTURE, CROP, null);
      expect(xx * xy + yx * yy).toBeCloseTo(0, 9);
      expect(Math.hypot(xx, yx)).toBeCloseTo(Math.hypot(xy, yy), 9);
      expect(Math.hypot(xx, yx)).toBeLessThanOrEqual(augmentation.zoom + 1e-9);
      expect(Math.hypot(xx, yx)).toBeGreaterThanOrEqual(1 / augmentation.zoom - 1e-9);
    }),
  );
});

describe("flips", () => {
  const mirrored = (changes: object) =>
    Array.from({ length: 200 }, (_, seed) => {
      const augmentation = { ...NO_AUGMENTATION, ...changes };
      const { xx, yy } = drawCrop(new Random(seed), augmentation, PICTURE, CROP, null);
      return [xx, yy];
    });

  test("do not happen where they are off", () => {
    expect(mirrored({}).every(([xx, yy]) => xx === 1 && yy === 1)).toBe(true);
  });

  test("happen half of the time, along the axis that is on", () => {
    const draws = mirrored({ flipHorizontal: true });
    expect(draws.every(([xx, yy]) => Math.abs(xx!) === 1 && yy === 1)).toBe(true);
    // Five standard deviations of sqrt(200 / 4) = 7.
    expect(Math.abs(draws.filter(([xx]) => xx === -1).length - 100)).toBeLessThan(36);
    expect(mirrored({ flipVertical: true }).every(([xx]) => xx === 1)).toBe(true);
  });
});

test("gamma, brightness, tint and noise stay within what the options say", () => {
  fc.assert(
    fc.property(seeds, augmentations, (seed, augmentation) => {
      const draw = drawCrop(new Random(seed), augmentation, PICTURE, CROP, null);
      const within = (value: number, most: number) => {
        expect(value).toBeLessThanOrEqual(most + 1e-9);
        expect(value).toBeGreaterThanOrEqual(1 / most - 1e-9);
      };
      within(draw.gamma, augmentation.gamma);
      within(draw.brightness, augmentation.brightness);
      expect(draw.tint).toHaveLength(3);
      for (const tint of draw.tint) within(tint, augmentation.tint);
      expect(draw.noise >= 0 && draw.noise <= augmentation.noise).toBe(true);
    }),
  );
});
