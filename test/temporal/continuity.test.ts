import { expect, test } from "vitest";
import { stampFromMs } from "../../src/core/stamp.js";
import { Continuity, MAX_GAP_MS } from "../../src/temporal/continuity.js";

const at = (ms: number, more: object = {}) => ({
  frameId: "cam0",
  stamp: stampFromMs(1000 + ms),
  width: 8,
  height: 6,
  ...more,
});

test("the first frame follows on none, the next one on it", () => {
  const continuity = new Continuity();
  expect(continuity.follows(at(0))).toBe(false);
  expect(continuity.follows(at(33))).toBe(true);
  expect(continuity.follows(at(33))).toBe(true);
});

test.each([
  ["of another camera", at(33, { frameId: "cam1" })],
  ["of another width", at(33, { width: 16 })],
  ["of another height", at(33, { height: 12 })],
  ["taken before it", at(-1)],
  ["taken long after it", at(MAX_GAP_MS + 1)],
])("a frame %s does not follow", (_, frame) => {
  const continuity = new Continuity();
  continuity.follows(at(0));
  expect(continuity.follows(frame)).toBe(false);
  expect(continuity.follows(frame)).toBe(true);
});

test("a gap up to the longest is none", () => {
  const continuity = new Continuity();
  continuity.follows(at(0));
  expect(continuity.follows(at(MAX_GAP_MS))).toBe(true);
});

test("after forgetting, a frame follows on none", () => {
  const continuity = new Continuity();
  continuity.follows(at(0));
  continuity.forget();
  expect(continuity.follows(at(1))).toBe(false);
});
