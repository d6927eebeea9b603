import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { encodePicture } from "../../src/benchmark/encode-picture.js";
import { DRAWN_FRAMES, drawFrames } from "../../src/benchmark/frames.js";
import { evenly, readFrames } from "../../src/benchmark/read-frames.js";
import { checkFrame, PIXEL_ENCODINGS } from "../../src/core/frame.js";
import { pixelRows, type RawPicture } from "../../src/engine/reference/pixel-rows.js";

const SIZE = { width: 32, height: 20 };

/** The red, green and blue that an engine sees at a px. */
function seen(picture: RawPicture, x: number, y: number): number[] {
  const rows = pixelRows(picture, "rgb");
  return rows.offsets.map((offset) => rows.bytes[rows.start(y) + x * rows.pixelStride + offset]!);
}

describe("encodePicture", () => {
  // Colours that neighbours share: an orange left half and a blue right half.
  const rgb = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let px = 0; px < rgb.length / 3; px++)
    rgb.set(px % SIZE.width < 16 ? [230, 120, 30] : [20, 60, 200], px * 3);

  test.each(["rgb8", "bgr8", "rgba8", "bgra8"] as const)("%s keeps every value", async (encoding) => {
    const picture = (await encodePicture(rgb, SIZE, encoding)) as RawPicture;
    expect(seen(picture, 3, 7)).toEqual([230, 120, 30]);
    expect(seen(picture, 20, 19)).toEqual([20, 60, 200]);
  });

  test.each(["yuv422_yuy2", "nv12"] as const)(
    "%s is the same colours to the engines, but for rounding",
    async (encoding) => {
      const picture = (await encodePicture(rgb, SIZE, encoding)) as RawPicture;
      for (const [x, colour] of [
        [3, [230, 120, 30]],
        [20, [20, 60, 200]],
      ] as const) {
        seen(picture, x, 11).forEach((value, channel) => {
          expect(Math.abs(value - colour[channel]!)).toBeLessThanOrEqual(3);
        });
      }
    },
  );

  test("mono8 is the luma that nets are trained on", async () => {
    const { data } = await encodePicture(rgb, SIZE, "mono8");
    expect([data[0], data[16]]).toEqual([
      Math.round(0.299 * 230 + 0.587 * 120 + 0.114 * 30),
      Math.round(0.299 * 20 + 0.587 * 60 + 0.114 * 200),
    ]);
  });

  test("odd sides are refused where colour is shared", async () => {
    const odd = { width: 3, height: 3 };
    const few = new Uint8Array(27);
    await expect(encodePicture(few, odd, "nv12")).rejects.toMatchObject({
      code: "FRAME_INVALID",
      actual: "3x3",
    });
    await expect(encodePicture(few, odd, "yuv422_yuy2")).rejects.toMatchObject({ code: "FRAME_INVALID" });
    expect((await encodePicture(few, odd, "bgr8")).data).toHaveLength(27);
  });
});

test.each(PIXEL_ENCODINGS)(
  "drawn %s frames are valid, and each differs from the others",
  async (encoding) => {
    const frames = await drawFrames(SIZE, encoding);
    for (const frame of frames) checkFrame(frame);
    expect(new Set(frames.map(({ data }) => Buffer.from(data).toString("base64"))).size).toBe(DRAWN_FRAMES);
  },
);

test("images are stretched to the size that was asked for", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "mavseg-frames-"));
  try {
    const image = sharp({ create: { width: 8, height: 4, channels: 3, background: "#ff0000" } });
    await image.png().toFile(path.join(folder, "one.png"));
    const [frame] = await readFrames(folder, SIZE, "bgr8");
    expect(frame).toMatchObject({ width: 32, height: 20, step: 96, encoding: "bgr8" });
    expect([...frame!.data.subarray(0, 3)]).toEqual([0, 0, 255]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("of many images few are taken, evenly from all", () => {
  expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7]);
  expect(evenly([0, 1], 4)).toEqual([0, 1]);
});
