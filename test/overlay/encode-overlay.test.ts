import sharp from "sharp";
import { expect, test } from "vitest";
import { encodeOverlay } from "../../src/overlay/encode-overlay.js";

const RGB = Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => i * 10);

test("a png holds the overlay's pixels exactly", async () => {
  const file = await encodeOverlay(RGB, 4, 2, "png");
  expect(new Uint8Array(await sharp(file).raw().toBuffer())).toEqual(RGB);
});

test("a jpeg has the overlay's size and full colour resolution", async () => {
  const { format, width, height, chromaSubsampling } = await sharp(
    await encodeOverlay(RGB, 4, 2, "jpeg"),
  ).metadata();
  expect({ format, width, height, chromaSubsampling }).toEqual({
    format: "jpeg",
    width: 4,
    height: 2,
    chromaSubsampling: "4:4:4",
  });
});
