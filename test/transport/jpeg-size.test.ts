import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { MavsegError } from "../../src/errors.js";
import { jpegSize } from "../../src/transport/jpeg-size.js";

async function jpeg(width: number, height: number, progressive = false): Promise<Buffer> {
  const image = sharp({ create: { width, height, channels: 3, background: "#808080" } });
  return image.withMetadata({ density: 72 }).jpeg({ progressive }).toBuffer();
}

describe("jpegSize", () => {
  test.each([
    [1, 1, false],
    [1280, 1024, false],
    [333, 777, true],
  ])("finds %ix%i, progressive: %s", async (width, height, progressive) => {
    expect(jpegSize(await jpeg(width, height, progressive))).toEqual({ width, height });
  });

  test("every truncation gives the size or a coded error", async () => {
    const file = await jpeg(40, 30);
    for (let length = 0; length < file.length; length++) {
      try {
        expect(jpegSize(file.subarray(0, length))).toEqual({ width: 40, height: 30 });
      } catch (error) {
        expect(error).toBeInstanceOf(MavsegError);
      }
    }
  });

  test("garbage behind the first marker ends with a coded error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
        // Without a frame header no size can be found: 0xff is left out, all other bytes may come.
        const garbage = Uint8Array.from([0xff, 0xd8, ...rest.map((byte) => (byte === 0xff ? 0 : byte))]);
        expect(() => jpegSize(garbage)).toThrow(MavsegError);
      }),
    );
  });
});
