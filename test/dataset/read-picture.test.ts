import { writeFile } from "node:fs/promises";
import path from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readImage, readLabel } from "../../src/dataset/read-picture.js";
import { greyPng, temporaryFolder } from "./tiny-dataset.js";

/** Writes bytes to a file, reads it and removes it. */
async function through<T>(bytes: Uint8Array, read: (file: string) => Promise<T>): Promise<T> {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "picture.png");
  await writeFile(file, bytes);
  return await read(file);
}

const IDS = Uint8Array.of(0, 1, 2, 3, 254, 255);

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** As the PNG specification has it; node:zlib has one only since Node 20.15. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A grey PNG of fewer bits than sharp writes. */
function packedPng(width: number, bits: number, row: readonly number[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(1, 4);
  header[8] = bits;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Uint8Array.of(0, ...row))),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** The least grey ICC profile: a header, a white point and a gamma of 2.2, well off sRGB's curve in the shadows. */
function greyProfile(): Buffer {
  const profile = Buffer.alloc(190);
  const text = (value: string, at: number) => profile.write(value, at, "latin1");
  profile.writeUInt32BE(profile.length, 0);
  profile.writeUInt32BE(0x02100000, 8);
  text("mntrGRAYXYZ ", 12);
  text("acsp", 36);
  // The white point of the connection space, D50, in the header and as a tag.
  for (const at of [68, 164]) {
    for (const [place, value] of [0xf6d6, 0x10000, 0xd32d].entries())
      profile.writeUInt32BE(value, at + 4 * place);
  }
  profile.writeUInt32BE(2, 128);
  text("wtpt", 132);
  profile.writeUInt32BE(156, 136);
  profile.writeUInt32BE(20, 140);
  text("kTRC", 144);
  profile.writeUInt32BE(176, 148);
  profile.writeUInt32BE(14, 152);
  text("XYZ ", 156);
  text("curv", 176);
  profile.writeUInt32BE(1, 184);
  // u8Fixed8: 2.2
  profile.writeUInt16BE(0x0233, 188);
  return profile;
}

/** Puts an ICC profile behind the header of a PNG file. */
function withProfile(png: Buffer, profile: Buffer): Buffer {
  const headerEnd = 8 + 25;
  const iccp = chunk("iCCP", Buffer.concat([Buffer.from("grey\0\0", "latin1"), deflateSync(profile)]));
  return Buffer.concat([png.subarray(0, headerEnd), iccp, png.subarray(headerEnd)]);
}

describe("readLabel", () => {
  test("gives the ids as they are", async () => {
    const label = await through(await greyPng(3, 2, IDS), readLabel);
    expect(label).toMatchObject({ width: 3, height: 2, channels: 1 });
    expect([...label.data]).toEqual([...IDS]);
  });

  test("gives the ids as they are also where a colour profile would change them", async () => {
    const bytes = withProfile(await greyPng(3, 2, IDS), greyProfile());
    const changed = await sharp(bytes).toColourspace("b-w").raw().toBuffer();
    expect([...changed]).not.toEqual([...IDS]);
    expect([...(await through(bytes, readLabel)).data]).toEqual([...IDS]);
  });

  const raw = sharp(IDS, { raw: { width: 3, height: 2, channels: 1 } });
  test.each<[string, () => Promise<Buffer>, RegExp]>([
    [
      "three channels",
      () => raw.clone().toColourspace("srgb").png({ palette: false }).toBuffer(),
      /3 channel\(s\) of 8 bits/,
    ],
    ["a palette", () => raw.clone().toColourspace("srgb").png({ palette: true }).toBuffer(), /palette/],
    ["an alpha channel", () => raw.clone().toColourspace("b-w").ensureAlpha().png().toBuffer(), /2 channel/],
    ["16 bits", () => raw.clone().toColourspace("grey16").png().toBuffer(), /1 channel\(s\) of 16 bits/],
    ["one bit, which would be read as 0 and 255", async () => packedPng(8, 1, [0b10100000]), /of 1 bits/],
    ["four bits, which would be read as multiples of 17", async () => packedPng(2, 4, [0x12]), /of 4 bits/],
    ["JPEG under another name", () => raw.clone().toColourspace("b-w").jpeg().toBuffer(), /jpeg/],
  ])("refuses %s", async (_, make, actual) => {
    await expect(through(await make(), readLabel)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      expected: expect.stringContaining("picture.png"),
      actual: expect.stringMatching(actual),
    });
  });

  test("names a file that is not there", async () => {
    await expect(readLabel("/nowhere/label.png")).rejects.toMatchObject({
      code: "DATASET_INVALID",
      expected: expect.stringContaining("/nowhere/label.png"),
    });
  });
});

describe("readImage", () => {
  const COLOURS = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30);
  const coloured = () =>
    sharp(COLOURS, { raw: { width: 4, height: 1, channels: 3 } })
      .png()
      .toBuffer();

  test("gives colours as they are", async () => {
    const image = await through(await coloured(), (file) => readImage(file, "rgb"));
    expect(image).toMatchObject({ width: 4, height: 1, channels: 3 });
    expect([...image.data]).toEqual([...COLOURS]);
  });

  test("gives the luma of colours as grey, rounded", async () => {
    const image = await through(await coloured(), (file) => readImage(file, "grey"));
    expect(image.channels).toBe(1);
    expect([...image.data]).toEqual([76, 150, 29, 18]);
  });

  test("gives every grey value as it is, as grey and as three equal channels", async () => {
    const values = Uint8Array.from({ length: 256 }, (_, value) => value);
    const bytes = await greyPng(16, 16, values);
    expect([...(await through(bytes, (file) => readImage(file, "grey"))).data]).toEqual([...values]);
    const { data, channels } = await through(bytes, (file) => readImage(file, "rgb"));
    expect(channels).toBe(3);
    expect([...data]).toEqual([...values].flatMap((value) => [value, value, value]));
  });

  test("leaves an alpha channel out", async () => {
    const bytes = await sharp(Uint8Array.of(1, 2, 3, 128), { raw: { width: 1, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await through(bytes, (file) => readImage(file, "rgb"))).data]).toEqual([1, 2, 3]);
  });

  test("names a file that is no picture", async () => {
    await expect(through(Buffer.from("text"), (file) => readImage(file, "rgb"))).rejects.toMatchObject({
      code: "DATASET_INVALID",
      expected: expect.stringContaining("picture.png"),
    });
  });
});
