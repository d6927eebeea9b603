import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import type { Picture } from "../../../src/dataset/read-picture.js";
import { countCells } from "../../../src/training/data/count-cells.js";
import { type CropDraw, drawCrop } from "../../../src/training/data/draw-crop.js";
import { type CropTarget, sampleCrop as sampleCropIds } from "../../../src/training/data/sample-crop.js";
import { plane } from "../../dataset/tiny-dataset.js";
import { NO_AUGMENTATION, PLAIN_TARGET, STRONGEST } from "./augmentations.js";

const IDENTITY: CropDraw = {
  xx: 1,
  xy: 0,
  x0: 0,
  yx: 0,
  yy: 1,
  y0: 0,
  gamma: 1,
  brightness: 1,
  tint: [1],
  noise: 0,
  noiseSeed: 1,
};

const WIDTH = 16;
const HEIGHT = 8;
const random = new Random(1);
const picture: Picture = {
  width: WIDTH,
  height: HEIGHT,
  channels: 1,
  data: plane(WIDTH, HEIGHT, () => random.integer(256)),
};
/** Classes 0 to 2, an id that is no class, and the ignore value. */
const label: Picture = {
  ...picture,
  data: plane(WIDTH, HEIGHT, () => [0, 1, 2, 7, 255][random.integer(5)]!),
};

function sampleCrop(
  from: Picture,
  labelled: Picture,
  draw: CropDraw,
  target: CropTarget,
  image: Float32Array,
  counts: Uint8Array,
): void {
  const ids = new Uint8Array(target.width * target.height);
  sampleCropIds(from, labelled, draw, target, image, ids);
  countCells(ids, target, counts);
}

function sample(
  changes: Partial<CropDraw> = {},
  target: CropTarget = PLAIN_TARGET,
  source: Picture = picture,
) {
  const image = new Float32Array(target.width * target.height * source.channels).fill(Number.NaN);
  const cells = (target.width / target.stride) * (target.height / target.stride);
  const counts = new Uint8Array(cells * target.classCount).fill(99);
  sampleCrop(source, label, { ...IDENTITY, ...changes }, target, image, counts);
  return { image, counts, bytes: Array.from(image, (value) => Math.round(value * 255)) };
}

const cellSums = (counts: Uint8Array, classCount = 3) =>
  Array.from({ length: counts.length / classCount }, (_, cell) =>
    counts.subarray(cell * classCount, (cell + 1) * classCount).reduce((a, b) => a + b),
  );

test("ignored px count as the class that they are trained as, px outside still as none", () => {
  const target = { ...PLAIN_TARGET, ignoredAs: 0 };
  const left = sample();
  const trained = sample({}, target);
  const cellOf = (at: number) => Math.floor(at / WIDTH / 4) * (WIDTH / 4) + Math.floor((at % WIDTH) / 4);
  const expected = left.counts.slice();
  label.data.forEach((id, at) => {
    if (id === 255) expected[cellOf(at) * 3]!++;
  });
  expect(trained.counts).toEqual(expected);
  expect(sample({ x0: 1000 }, target).counts.every((count) => count === 0)).toBe(true);
});

describe("the picture", () => {
  test("comes back from the identity as it is", () => {
    expect(sample().bytes).toEqual([...picture.data]);
  });

  test("is mirrored by a flip", () => {
    const { bytes } = sample({ xx: -1, x0: WIDTH - 1 });
    expect(bytes).toEqual([...plane(WIDTH, HEIGHT, (x, y) => picture.data[y * WIDTH + WIDTH - 1 - x]!)]);
    const { bytes: upsideDown } = sample({ yy: -1, y0: HEIGHT - 1 });
    expect(upsideDown).toEqual([
      ...plane(WIDTH, HEIGHT, (x, y) => picture.data[(HEIGHT - 1 - y) * WIDTH + x]!),
    ]);
  });

  test("between px is their mean", () => {
    const { bytes } = sample({ x0: 0.5 });
    expect(bytes[3]).toBe(Math.floor((picture.data[3]! + picture.data[4]!) / 2 + 0.5));
  });

  test("goes on with its edge outside", () => {
    const { bytes } = sample({ x0: -100, y0: 3 });
    expect(new Set(bytes.slice(0, WIDTH))).toEqual(new Set([picture.data[3 * WIDTH]!]));
  });

  test("is normalised by mean and spread of each channel", () => {
    const colour: Picture = { width: 16, height: 8, channels: 3, data: new Uint8Array(16 * 8 * 3).fill(51) };
    const target = { ...PLAIN_TARGET, mean: [0.1, 0.2, 0.4], std: [0.1, 0.5, 0.2] };
    const { image } = sample({ tint: [1, 1, 1] }, target, colour);
    expect([...image.subarray(0, 3)].map((value) => value.toFixed(5))).toEqual([
      "1.00000",
      "0.00000",
      "-1.00000",
    ]);
  });

  test("has gamma, then brightness and tint, and never gets brighter than white", () => {
    const { image } = sample({ gamma: 2, brightness: 1.2, tint: [1.1] });
    for (const [at, value] of picture.data.entries()) {
      expect(image[at]).toBeCloseTo(Math.min(1, (value / 255) ** 2 * 1.2 * 1.1), 5);
    }
  });

  test("gets noise of the spread that was drawn", () => {
    const grey: Picture = { width: 64, height: 64, channels: 1, data: new Uint8Array(64 * 64).fill(128) };
    const target = { ...PLAIN_TARGET, width: 64, height: 64, mean: [128 / 255], std: [0.5] };
    const { image } = sample({ noise: 10 }, target, grey);
    const mean = image.reduce((a, b) => a + b) / image.length;
    const spread = Math.sqrt(image.reduce((sum, value) => sum + (value - mean) ** 2, 0) / image.length);
    // 4096 normal draws: mean and spread are known to 1.6 and 1.1 % of the spread; five of each.
    const expected = 10 / 255 / 0.5;
    expect(Math.abs(mean)).toBeLessThan(0.08 * expected);
    expect(Math.abs(spread / expected - 1)).toBeLessThan(0.06);
  });
});

describe("the label", () => {
  test("under the identity is counted cell by cell", () => {
    const expected = new Uint8Array(4 * 2 * 3);
    label.data.forEach((id, index) => {
      const cell = Math.floor(Math.floor(index / WIDTH) / 4) * 4 + Math.floor((index % WIDTH) / 4);
      if (id < 3) expected[cell * 3 + id]!++;
    });
    expect(sample().counts).toEqual(expected);
  });

  test("with stride 1 is one px per cell", () => {
    const { counts } = sample({}, { ...PLAIN_TARGET, stride: 1 });
    label.data.forEach((id, index) => {
      const expected = [0, 1, 2].map((c) => (c === id ? 1 : 0));
      expect([...counts.subarray(index * 3, index * 3 + 3)]).toEqual(expected);
    });
  });

  test("moves with the picture", () => {
    const { counts } = sample({ x0: 4 }, { ...PLAIN_TARGET, width: 12 });
    const whole = sample().counts;
    for (const row of [0, 1]) {
      expect(counts.subarray(row * 9, row * 9 + 9)).toEqual(whole.subarray(row * 12 + 3, row * 12 + 12));
    }
  });

  test("is not known outside the picture", () => {
    const { counts } = sample({ x0: -WIDTH });
    expect(counts.every((count) => count === 0)).toBe(true);
  });

  test("no cell knows more px than it has, and a cell inside a labelled picture knows all", () => {
    const full: Picture = { ...label, data: plane(WIDTH, HEIGHT, (x, y) => (x + y) % 3) };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
        const draw = drawCrop(new Random(seed), STRONGEST, picture, PLAIN_TARGET, null);
        const image = new Float32Array(WIDTH * HEIGHT);
        const counts = new Uint8Array(8 * 3);
        sampleCrop(picture, full, draw, PLAIN_TARGET, image, counts);
        expect(cellSums(counts).every((sum) => sum <= 16)).toBe(true);
        expect(image.every(Number.isFinite)).toBe(true);
        const inside = drawCrop(new Random(seed), NO_AUGMENTATION, picture, PLAIN_TARGET, null);
        sampleCrop(picture, full, inside, PLAIN_TARGET, image, counts);
        expect(cellSums(counts)).toEqual(Array(8).fill(16));
      }),
    );
  });
});

test("picture and label of a turned crop stay on each other", () => {
  // A picture that shows its own label: bright where the class is 1.
  const side = 64;
  const disc = plane(side, side, (x, y) => ((x - 40) ** 2 + (y - 25) ** 2 < 150 ? 1 : 0));
  const shown: Picture = { width: side, height: side, channels: 1, data: disc.map((id) => id * 255) };
  const target = { ...PLAIN_TARGET, width: 32, height: 32, stride: 1, classCount: 2 };
  for (let seed = 0; seed < 20; seed++) {
    const draw = drawCrop(
      new Random(seed),
      { ...NO_AUGMENTATION, rotationDegrees: 180, zoom: 2, flipHorizontal: true, flipVertical: true },
      shown,
      target,
      { x: 40, y: 25 },
    );
    const image = new Float32Array(32 * 32);
    const counts = new Uint8Array(32 * 32 * 2);
    sampleCrop(shown, { ...shown, data: disc }, draw, target, image, counts);
    const wrong = image.filter((value, i) => {
      const isKnown = counts[i * 2]! + counts[i * 2 + 1]! > 0;
      return isKnown && Math.abs(value - counts[i * 2 + 1]!) > 0.75;
    });
    expect(wrong).toHaveLength(0);
    expect(counts.filter((count, i) => i % 2 === 1 && count > 0).length).toBeGreaterThan(20);
  }
});
