import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { findClassPlaces } from "../../../src/training/data/class-places.js";
import { plane } from "../../dataset/tiny-dataset.js";

const label = (width: number, height: number, draw: (x: number, y: number) => number) => ({
  width,
  height,
  channels: 1 as const,
  data: plane(width, height, draw),
});

test("few px of a class are all found, with their places", () => {
  const picture = label(7, 5, (x, y) => (x === 2 && y > 2 ? 1 : x === 6 && y === 0 ? 2 : 0));
  expect(findClassPlaces(picture, 4, new Random(1))).toEqual([
    [],
    [
      { x: 2, y: 3 },
      { x: 2, y: 4 },
    ],
    [{ x: 6, y: 0 }],
    [],
  ]);
});

test("background, ignored px and ids that are no class have no places", () => {
  const picture = label(4, 4, (x) => [0, 3, 200, 255][x]!);
  expect(findClassPlaces(picture, 3, new Random(1))).toEqual([[], [], []]);
});

test("of many px a bounded sample is kept, of the class alone and from all over it", () => {
  const picture = label(100, 80, (x) => (x < 50 ? 0 : 1));
  const places = findClassPlaces(picture, 2, new Random(3))[1]!;
  expect(places).toHaveLength(512);
  expect(places.every(({ x }) => x >= 50)).toBe(true);
  const meanY = places.reduce((sum, { y }) => sum + y, 0) / places.length;
  // Uniform over 80 rows: a standard deviation of 23 / sqrt(512) = 1; five of them.
  expect(Math.abs(meanY - 39.5)).toBeLessThan(5.1);
});

test("the same stream finds the same places", () => {
  const picture = label(100, 80, () => 1);
  expect(findClassPlaces(picture, 2, new Random(4))).toEqual(findClassPlaces(picture, 2, new Random(4)));
});
