import { describe, expect, test } from "vitest";
import { checkFrame, isCompressed, MAX_SIDE_PX, packedStep, requiredBytes } from "../../src/core/frame.js";

const frame = (changes: object) => ({
  width: 4,
  height: 2,
  step: 4,
  encoding: "mono8" as const,
  data: new Uint8Array(8),
  ...changes,
});

describe("checkFrame refuses, naming what was expected and what came,", () => {
  test.each([
    ["an unknown encoding", { encoding: "yuv9" }, /encoding .*mono8/, "yuv9"],
    ["no width", { width: 0 }, /width .*16384/, "0"],
    ["half a px", { height: 1.5 }, /height/, "1.5"],
    ["an absurd side", { width: MAX_SIDE_PX + 1 }, /width/, "16385"],
    ["an odd width of yuy2", { encoding: "yuv422_yuy2", width: 3, step: 6 }, /even width/, "3 px"],
    ["an odd height of nv12", { encoding: "nv12", height: 3 }, /even width and height/, "4x3 px"],
    ["an odd width of nv12", { encoding: "nv12", width: 3, step: 3 }, /even width and height/, "3x2 px"],
    ["a step shorter than a row", { encoding: "bgr8", step: 11 }, /step of at least 12 bytes/, "11"],
    ["a step that is no whole number", { step: 4.5 }, /step of at least 4/, "4.5"],
    ["too few bytes", { data: new Uint8Array(7) }, /at least 8 bytes for 4x2 mono8/, "7 bytes"],
    ["an empty JPEG", { encoding: "jpeg", step: 0, data: new Uint8Array(0) }, /jpeg file/, "0 bytes"],
  ])("%s", (_, changes, expected, actual) => {
    expect(() => checkFrame(frame(changes) as ReturnType<typeof frame>)).toThrow(
      expect.objectContaining({
        code: "FRAME_INVALID",
        expected: expect.stringMatching(expected),
        actual,
      }),
    );
  });
});

describe("checkFrame takes", () => {
  test.each([
    ["a frame without padding", {}],
    ["padded rows, the last one without padding", { step: 10, data: new Uint8Array(14) }],
    ["more bytes than needed", { data: new Uint8Array(100) }],
    ["nv12 with its chroma plane", { encoding: "nv12", data: new Uint8Array(12) }],
    ["a PNG whatever its step", { encoding: "png", step: 0, data: new Uint8Array(1) }],
  ])("%s", (_, changes) => {
    expect(() => checkFrame(frame(changes))).not.toThrow();
  });
});

test.each([
  ["mono8", 10],
  ["rgb8", 30],
  ["bgr8", 30],
  ["rgba8", 40],
  ["bgra8", 40],
  ["yuv422_yuy2", 20],
  ["nv12", 10],
  ["jpeg", 0],
] as const)("a row of 10 px of %s takes %i bytes", (encoding, bytes) => {
  expect(packedStep(encoding, 10)).toBe(bytes);
});

test("nv12 needs half as many rows again for its chroma", () => {
  expect(requiredBytes({ width: 6, height: 4, step: 8, encoding: "nv12" })).toBe(8 * 5 + 6);
});

test("jpeg and png are files, all else is pixels", () => {
  expect(["jpeg", "png", "mono8", "nv12"].map((encoding) => isCompressed(encoding as "png"))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
