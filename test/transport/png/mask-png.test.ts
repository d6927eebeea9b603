import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { encodeMaskPng } from "../../../src/transport/png/mask-png.js";
import { encodeRle8Into, rle8MaxBytes } from "../../../src/transport/rle8.js";

function png(data: Uint8Array, width: number, height: number): Uint8Array {
  const runLengths = new Uint8Array(rle8MaxBytes(data.length));
  return encodeMaskPng(runLengths.subarray(0, encodeRle8Into(data, runLengths)), width, height);
}

/** What another program reads; it checks both sums. */
async function read(file: Uint8Array) {
  const { data, info } = await sharp(file, { failOn: "warning" })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels };
}

describe("PNG of masks", () => {
  test("another program reads every pixel", async () => {
    const run = fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 700 }));
    const runs = fc.array(run, { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(runs, fc.integer({ min: 1, max: 400 }), async (list, width) => {
        const ids = list.flatMap(([id, length]) => new Array<number>(length).fill(id));
        const height = Math.ceil(ids.length / width);
        const data = new Uint8Array(width * height);
        data.set(ids);
        expect(await read(png(data, width, height))).toEqual({ data, width, height, channels: 1 });
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["one class", () => 0],
    ["another class", () => 3],
    ["noise", (i: number) => Math.imul(i, 2_654_435_761) >>> 24],
    [
      "all ids, rare ones far rarer than others",
      (i: number) => 31 - Math.clz32((Math.imul(i, 40_503) >>> 8) | 1),
    ],
  ])("a large mask of %s survives", async (_, id) => {
    const data = Uint8Array.from({ length: 1280 * 1024 }, (_, i) => id(i));
    expect(Buffer.compare((await read(png(data, 1280, 1024))).data, data)).toBe(0);
  });

  test("a mask of some shapes takes little room", () => {
    const data = new Uint8Array(1280 * 1024);
    for (let y = 300; y < 500; y++) data.fill(1, y * 1280 + 200 + y, y * 1280 + 700 - y);
    expect(png(data, 1280, 1024).length).toBeLessThan(3000);
  });
});
