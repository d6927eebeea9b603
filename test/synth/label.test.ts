import { expect, test } from "vitest";
import { labelOf } from "../../src/synth/label.js";

test("three quarters make a drone, a quarter the background, between them nobody knows", () => {
  const coverage = Float32Array.of(0, 0.25, 0.26, 0.5, 0.74, 0.75, 1);
  expect([...labelOf(coverage)]).toEqual([0, 0, 255, 255, 255, 1, 1]);
});
