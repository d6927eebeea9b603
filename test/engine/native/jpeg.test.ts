import sharp from "sharp";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import type { Frame } from "../../../src/core/frame.js";
import { createEngine } from "../../../src/engine/create-engine.js";
import { isPlainJpeg } from "../../../src/engine/native/plain-jpeg.js";
import { redGreenModel } from "../../model/golden-models.js";
import { Engines, frameOf, hasNative, loaded } from "../../parity/engines.js";
import { turbojpegFile } from "../../parity/turbojpeg.js";
import { draw, type Scene } from "../reference/pictures.js";

const engines = new Engines();
afterAll(() => engines.closeAll());
afterEach(() => vi.unstubAllEnvs());
const start = () => engines.start("native", loaded(redGreenModel()));

/** A red square of 16x16 px at 16, 8 on green: whole blocks, which a JPEG file keeps apart. */
const square: Scene = (x, y) => (x >= 16 && x < 32 && y >= 8 && y < 24 ? [255, 0, 0] : [0, 255, 0]);
const SQUARE = { class: 1, pixels: 256, box: [16, 8, 16, 16], centroid: [23.5, 15.5] };

const { data: pixels, width, height } = draw(square, 64, 40, "rgb8");
const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
// By the standard's own tables, as cameras that leave them out do.
const jpeg = await picture
  .clone()
  .jpeg({ quality: 95, chromaSubsampling: "4:4:4", optimiseCoding: false })
  .toBuffer();
const png = await picture.clone().png().toBuffer();

const file = (data: Uint8Array, changes: Partial<Frame> = {}): Frame => ({
  ...frameOf({ width, height, step: 0, encoding: "jpeg", data }),
  ...changes,
});

/** Without the segments of a marker. */
function without(source: Buffer, marker: number): Buffer {
  const kept = [source.subarray(0, 2)];
  let position = 2;
  while (source[position + 1] !== 0xda) {
    const end = position + 2 + source.readUInt16BE(position + 2);
    if (source[position + 1] !== marker) kept.push(source.subarray(position, end));
    position = end;
  }
  return Buffer.concat([...kept, source.subarray(position)]);
}

describe.skipIf(turbojpegFile === null)("JPEG files through libjpeg-turbo", () => {
  test("the mask is right, decoding is timed, and nothing is said of sharp", async () => {
    const said: string[] = [];
    const engine = await createEngine(loaded(redGreenModel()), {
      engine: "native",
      executionProvider: "cpu",
      log: (message) => said.push(message),
    });
    const mask = await engine.segment(file(jpeg));
    await engine.close();
    expect(said).toEqual([]);
    expect(mask.objects[0]).toEqual(SQUARE);
    expect(mask.timing.decode).toBeGreaterThan(0);
  });

  test("bytes are read where they lie, and stay unchanged", async () => {
    const around = Buffer.concat([Buffer.alloc(13, 0xff), jpeg, Buffer.alloc(5, 0xff)]);
    const before = Buffer.from(around);
    const engine = await start();
    const mask = await engine.segment(file(around.subarray(13, 13 + jpeg.length)));
    expect(mask.objects[0]).toEqual(SQUARE);
    expect(around).toEqual(before);
  });

  test.each([
    ["larger", 32, 20],
    ["smaller", 128, 80],
    ["wider", 60, 40],
  ])("a picture that is %s than its frame says is refused with its size", async (_, width, height) => {
    const engine = await start();
    await expect(engine.segment(file(jpeg, { width, height }))).rejects.toThrow(
      expect.objectContaining({
        code: "FRAME_INVALID",
        expected: `a jpeg file of ${width}x${height} px`,
        actual: "64x40 px",
      }),
    );
  });

  test("damaged files are refused with the reason, and the next sound one is not", async () => {
    const engine = await start();
    const damaged = Buffer.from(jpeg);
    const tables = jpeg.indexOf(Buffer.from([0xff, 0xc4]));
    damaged.fill(0xfe, tables + 5, tables + 20);
    for (const data of [jpeg.subarray(0, -1), jpeg.subarray(0, -100), damaged]) {
      // Else it would be sharp that refuses it.
      expect(isPlainJpeg(data)).toBe(true);
      await expect(engine.segment(file(data))).rejects.toThrow(
        expect.objectContaining({ code: "FRAME_UNDECODABLE", expected: "a jpeg file" }),
      );
      expect((await engine.segment(file(jpeg))).objects[0]).toEqual(SQUARE);
    }
  });

  test("one file's tables do not serve the next", async () => {
    const engine = await start();
    await engine.segment(file(jpeg));
    const bare = without(jpeg, 0xdb);
    expect(isPlainJpeg(bare)).toBe(true);
    await expect(engine.segment(file(bare))).rejects.toThrow(
      expect.objectContaining({ code: "FRAME_UNDECODABLE" }),
    );
  });

  test("files without Huffman tables, as cameras send over USB, have the standard's", async () => {
    const engine = await start();
    expect((await engine.segment(file(without(jpeg, 0xc4)))).objects[0]).toEqual(SQUARE);
  });

  test("JPEG files, PNG files and raw frames are answered in the order in which they came", async () => {
    const engine = await start();
    const answered: number[] = [];
    const step = width * 3;
    const frames = Array.from({ length: 12 }, (_, index) =>
      index % 3 === 0
        ? file(png, { encoding: "png" })
        : index % 3 === 1
          ? file(jpeg)
          : file(pixels, { encoding: "rgb8", step }),
    );
    const masks = await Promise.all(
      frames.map(async (frame) => {
        const mask = await engine.segment(frame);
        answered.push(mask.seq);
        return mask;
      }),
    );
    expect(answered).toEqual(frames.map(({ seq }) => seq));
    expect(masks.map(({ objects }) => objects[0])).toEqual(frames.map(() => SQUARE));
  });
});

describe.skipIf(!hasNative)("JPEG files without libjpeg-turbo", () => {
  test.each([
    ["that is missing", "/no/libturbojpeg.so.0", "/no/libturbojpeg.so.0: cannot open"],
    ["that is another", "libm.so.6", "libm.so.6, which has no tjInitDecompress"],
  ])("with a library %s, sharp decodes them, and it is said once", async (_, library, reason) => {
    vi.stubEnv("MAVSEG_TURBOJPEG", library);
    const said: string[] = [];
    const engine = await createEngine(loaded(redGreenModel()), {
      engine: "native",
      executionProvider: "cpu",
      log: (message) => said.push(message),
    });
    for (let turn = 0; turn < 2; turn++) {
      expect((await engine.segment(file(jpeg))).objects[0]).toEqual(SQUARE);
    }
    await engine.close();
    expect(said).toEqual([expect.stringContaining(reason)]);
    expect(said[0]).toContain("mavseg doctor");
  });
});
