import { expect, test } from "vitest";
import { normalisePicture } from "../../../src/training/data/normalise-picture.js";

test("px are scaled, shifted and spread channel by channel", () => {
  const picture = {
    width: 2,
    height: 1,
    channels: 3 as const,
    data: Uint8Array.of(0, 51, 102, 153, 204, 255),
  };
  const { data } = normalisePicture(picture, { colour: "rgb", mean: [0, 0.2, 0.4], std: [1, 0.5, 0.1] }, 1);
  expect([...data].map((value) => value.toFixed(4))).toEqual([
    "0.0000",
    "0.0000",
    "0.0000",
    "0.6000",
    "1.2000",
    "6.0000",
  ]);
});

test("a picture is padded at the right and at the bottom by its last column and row", () => {
  const picture = { width: 3, height: 2, channels: 1 as const, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const { width, height, data } = normalisePicture(picture, { colour: "grey", mean: [0], std: [1 / 255] }, 4);
  expect([width, height]).toEqual([4, 4]);
  expect([...data].map(Math.round)).toEqual([1, 2, 3, 3, 4, 5, 6, 6, 4, 5, 6, 6, 4, 5, 6, 6]);
});
