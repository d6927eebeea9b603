import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { isPlainJpeg } from "../../../src/engine/native/plain-jpeg.js";

const picture = sharp({ create: { width: 24, height: 20, channels: 3, background: "#a04020" } });
const jpeg = await picture.clone().jpeg({ chromaSubsampling: "4:2:0" }).toBuffer();

/** The file with bytes of its frame header replaced, counted from its marker. */
function withFrameHeader(changes: Readonly<Record<number, number>>): Uint8Array {
  const file = Uint8Array.from(jpeg);
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  for (const [offset, value] of Object.entries(changes)) file[at + Number(offset)] = value;
  return file;
}

test.each([
  ["4:2:0", picture.clone().jpeg({ chromaSubsampling: "4:2:0" })],
  ["4:4:4", picture.clone().jpeg({ chromaSubsampling: "4:4:4" })],
  ["progressive", picture.clone().jpeg({ progressive: true })],
  ["grey", picture.clone().toColourspace("b-w").jpeg()],
  [
    "with a rotation",
    picture
      .clone()
      .withExif({ IFD0: { Orientation: "6" } })
      .jpeg(),
  ],
])("plain: %s", async (_, image) => {
  expect(isPlainJpeg(await image.toBuffer())).toBe(true);
});

test("plain: fill bytes before a marker", () => {
  const filled = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xff]), jpeg.subarray(2)]);
  expect(isPlainJpeg(filled)).toBe(true);
});

test.each([
  ["CMYK", picture.clone().toColourspace("cmyk").jpeg()],
  ["with a colour profile", picture.clone().withIccProfile("p3").jpeg()],
  ["a PNG file", picture.clone().png()],
])("not plain: %s", async (_, image) => {
  expect(isPlainJpeg(await image.toBuffer())).toBe(false);
});

test.each([
  ["12 bits", { 4: 12 }],
  ["lossless", { 1: 0xc3 }],
  ["arithmetic coding", { 1: 0xc9 }],
  ["luma of 3x1", { 11: 0x31 }],
  ["chroma of 2x1", { 14: 0x21 }],
  ["two channels", { 9: 2 }],
])("not plain: %s", (_, changes) => {
  expect(isPlainJpeg(withFrameHeader(changes))).toBe(false);
});

test("not plain: a file that ends before its picture begins", () => {
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  for (let length = 0; length <= scan; length++) expect(isPlainJpeg(jpeg.subarray(0, length))).toBe(false);
});

test("whatever the bytes are, there is an answer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 200 }), (noise, at) => {
      const file = Uint8Array.from(jpeg);
      file.set(noise, Math.min(at, file.length - noise.length));
      expect(isPlainJpeg(file)).toBeTypeOf("boolean");
      expect(isPlainJpeg(noise)).toBe(false);
    }),
  );
});
