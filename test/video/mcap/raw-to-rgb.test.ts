import { expect, test } from "vitest";
import { rawToRgb } from "../../../src/video/mcap/raw-to-rgb.js";

test.each([
  ["rgb8", [1, 2, 3, 4, 5, 6]],
  ["bgr8", [3, 2, 1, 6, 5, 4]],
  ["8UC3", [3, 2, 1, 6, 5, 4]],
  ["rgba8", [1, 2, 3, 9, 4, 5, 6, 9]],
  ["bgra8", [3, 2, 1, 9, 6, 5, 4, 9]],
])("%s with padded rows becomes RGB", (encoding, row) => {
  const step = row.length + 2;
  const data = Uint8Array.from([...row, 0, 0, ...row, 0, 0]);
  expect([...rawToRgb({ width: 2, height: 2, step, encoding, data })]).toEqual([
    1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6,
  ]);
});

test.each(["mono8", "8UC1"])("%s becomes grey", (encoding) => {
  const rgb = rawToRgb({ width: 2, height: 1, step: 2, encoding, data: Uint8Array.from([7, 9]) });
  expect([...rgb]).toEqual([7, 7, 7, 9, 9, 9]);
});

test("RGB without padding is not copied", () => {
  const data = new Uint8Array(12);
  expect(rawToRgb({ width: 2, height: 2, step: 6, encoding: "rgb8", data }).buffer).toBe(data.buffer);
});

// Y, U, V of a saturated red in BT.601, limited range.
const [Y, U, V] = [81, 90, 240];

test.each([
  ["yuv422_yuy2", 4, [Y, U, Y, V, Y, U, Y, V]],
  ["yuyv", 4, [Y, U, Y, V, Y, U, Y, V]],
  ["nv12", 2, [Y, Y, Y, Y, U, V]],
])("%s becomes RGB by BT.601", (encoding, step, data) => {
  const rgb = rawToRgb({ width: 2, height: 2, step, encoding, data: Uint8Array.from(data) });
  for (const [index, value] of rgb.entries())
    expect(Math.abs(value - [254, 0, 0][index % 3]!)).toBeLessThanOrEqual(1);
});

test.each([
  ["an unknown layout", { encoding: "bayer_rggb8" }],
  ["too few bytes", { data: new Uint8Array(5) }],
  ["a compressed picture", { encoding: "jpeg" }],
])("%s is refused", (_, wrong) => {
  const image = { width: 2, height: 1, step: 6, encoding: "rgb8", data: new Uint8Array(6), ...wrong };
  expect(() => rawToRgb(image)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
});
