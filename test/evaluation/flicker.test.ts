import { expect, test } from "vitest";
import { Flicker } from "../../src/evaluation/flicker.js";

const IGNORED = 255;
const px = (...ids: number[]) => Uint8Array.from(ids);

test("px count where the label stays the same, and flicker where the mask does not", () => {
  const flicker = new Flicker(IGNORED);
  //         same, kept | same, changed | label changes | ignored in both | ignored in one
  flicker.add(px(0, 1, 1, IGNORED, IGNORED), px(0, 1, 0, IGNORED, 1), px(1, 1, 1, 1, 1), px(1, 0, 0, 0, 0));
  expect(flicker.share()).toBe(1 / 2);
});

test("pairs and other sums add up", () => {
  const flicker = new Flicker(IGNORED);
  flicker.add(px(0, 0), px(0, 0), px(0, 1), px(0, 0));
  const other = new Flicker(IGNORED);
  other.add(px(1, 1), px(1, 1), px(1, 1), px(1, 1));
  flicker.merge(other);
  expect(flicker.share()).toBe(1 / 4);
});

test("nothing that was compared is no flicker of 0", () => {
  expect(new Flicker(IGNORED).share()).toBeNull();
});
