import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodeMaskPixels, MaskPixelEncoder } from "../../src/transport/mask-pixels.js";
import { decodeMaskMessage, encodeMaskMessage, type MaskMessage } from "../../src/transport/message-codec.js";
import { MASK_ENCODINGS, type MaskEncoding } from "../../src/transport/message-header.js";
import { rejectionCode } from "./error-code.js";
import { asParts, sampleMask } from "./sample-messages.js";

const context = { classes: ["background", "drone"], model: { name: "net", sha256: "00" }, ageMs: 1 };

async function message(encoding: MaskEncoding, mask = sampleMask()): Promise<MaskMessage> {
  const payload = await new MaskPixelEncoder().encode(mask, encoding);
  return decodeMaskMessage(asParts(encodeMaskMessage("masks", mask, context, encoding, payload)));
}

describe("mask pixels", () => {
  test.each(MASK_ENCODINGS)("every class id survives %s", async (encoding) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(255),
        async (width, height, id) => {
          const data = Uint8Array.from({ length: width * height }, (_, i) => (i % 7 < 4 ? id : i % 256));
          const received = await message(encoding, sampleMask({ width, height, data }));
          expect(new Uint8Array(await decodeMaskPixels(received))).toEqual(data);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("mono8 is copied neither on the way out nor on the way in", async () => {
    const mask = sampleMask();
    const received = await message("mono8", mask);
    expect(received.payload).toBe(mask.data);
    expect((await decodeMaskPixels(received)).buffer).toBe(mask.data.buffer);
  });

  test("rle8 sends the run lengths that a mask brings, as they are", async () => {
    const runLengths = Uint8Array.of(0, 9, 1, 4, 0, 19);
    const received = await message("rle8", sampleMask({ runLengths }));
    expect(received.payload).toBe(runLengths);
    expect(await decodeMaskPixels(received)).toEqual(sampleMask().data);
  });

  test("rle8 payloads do not share memory with each other", async () => {
    const encoder = new MaskPixelEncoder();
    const first = await encoder.encode(sampleMask(), "rle8");
    const before = Uint8Array.from(first);
    await encoder.encode(sampleMask({ data: new Uint8Array(32).fill(5) }), "rle8");
    expect(first).toEqual(before);
  });

  test("padding of mono8 rows is left out", async () => {
    const { topic, header } = await message("mono8");
    const padded = Uint8Array.from({ length: 4 * 10 }, (_, i) => (i % 10 < 8 ? i : 99));
    const pixels = await decodeMaskPixels({ topic, header: { ...header, step: 10 }, payload: padded });
    expect([...pixels.subarray(8, 16)]).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
  });

  test.each(MASK_ENCODINGS)("a truncated %s payload is refused", async (encoding) => {
    const received = await message(encoding);
    const payload = received.payload.subarray(0, received.payload.length - 1);
    // libpng forgives a missing last byte of its end mark; half a file it does not forgive.
    const cut = encoding === "png" ? payload.subarray(0, payload.length / 2) : payload;
    expect(await rejectionCode(decodeMaskPixels({ ...received, payload: cut }))).toBe("MESSAGE_INVALID");
  });

  test("a png of another size or in colour is refused", async () => {
    const received = await message("png");
    const colour = await sharp({ create: { width: 8, height: 4, channels: 3, background: "#123456" } })
      .png()
      .toBuffer();
    const large = await sharp({ create: { width: 9, height: 4, channels: 3, background: "#000" } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect(await rejectionCode(decodeMaskPixels({ ...received, payload: colour }))).toBe("MESSAGE_INVALID");
    expect(await rejectionCode(decodeMaskPixels({ ...received, payload: large }))).toBe("MESSAGE_INVALID");
  });
});
