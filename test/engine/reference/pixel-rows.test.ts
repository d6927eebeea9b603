import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ColourOrder,
  expandLuma,
  pixelRows,
  type RawPicture,
} from "../../../src/engine/reference/pixel-rows.js";
import { type Colour, draw, type RawEncoding } from "./pictures.js";

const clamp = (value: number) => Math.min(255, Math.max(0, value));

/** The slow way: one pixel's colour by the definition of its encoding, not rounded. */
function colourAt({ data, step, encoding, height }: RawPicture, x: number, y: number): Colour {
  const at = (offset: number) => data[y * step + offset]!;
  if (encoding === "mono8") return [at(x), at(x), at(x)];
  if (encoding === "rgb8" || encoding === "bgr8" || encoding === "rgba8" || encoding === "bgra8") {
    const bytes = encoding.length - 1 === 3 ? 3 : 4;
    const colour: Colour = [at(x * bytes), at(x * bytes + 1), at(x * bytes + 2)];
    return encoding.startsWith("rgb") ? colour : [colour[2], colour[1], colour[0]];
  }
  const pair = x - (x % 2);
  const chroma = (height + Math.floor(y / 2)) * step;
  const [luma, u, v] =
    encoding === "nv12"
      ? [at(x), data[chroma + pair]!, data[chroma + pair + 1]!]
      : [at(x * 2), at(pair * 2 + 1), at(pair * 2 + 3)];
  const grey = (Math.max(0, luma - 16) * 255) / 219;
  const [cb, cr] = [((u - 128) * 255) / 224, ((v - 128) * 255) / 224];
  return [
    clamp(grey + 1.402 * cr),
    clamp(grey - ((0.114 * 1.772) / 0.587) * cb - ((0.299 * 1.402) / 0.587) * cr),
    clamp(grey + 1.772 * cb),
  ];
}

function channelsAt(picture: RawPicture, colour: ColourOrder, x: number, y: number): readonly number[] {
  const [red, green, blue] = colourAt(picture, x, y);
  if (colour === "rgb") return [red, green, blue];
  if (colour === "bgr") return [blue, green, red];
  const isYuv = picture.encoding === "nv12" || picture.encoding === "yuv422_yuy2";
  if (!isYuv) return [0.299 * red + 0.587 * green + 0.114 * blue];
  const luma = picture.data[y * picture.step + (picture.encoding === "nv12" ? x : x * 2)]!;
  return [clamp(((luma - 16) * 255) / 219)];
}

function read(picture: RawPicture, colour: ColourOrder, x: number, y: number): readonly number[] {
  const rows = pixelRows(picture, colour);
  const start = rows.start(y);
  return rows.offsets.map((offset) => {
    const value = rows.bytes[start + x * rows.pixelStride + offset]!;
    return rows.limitedRange ? expandLuma(value) : value;
  });
}

const ENCODINGS: RawEncoding[] = ["mono8", "rgb8", "bgr8", "rgba8", "bgra8", "yuv422_yuy2", "nv12"];
const COLOURS: ColourOrder[] = ["rgb", "bgr", "grey"];
const cases = ENCODINGS.flatMap((encoding) => COLOURS.map((colour) => [encoding, colour] as const));

/** Fixed point against floating point: half a step of rounding, and a hair. */
const ROUNDING = 0.501;

describe("pixelRows", () => {
  test.each(cases)("%s is read as %s, whatever the step", (encoding, colour) => {
    const isYuv = encoding === "nv12" || encoding === "yuv422_yuy2";
    const side = fc.integer({ min: 1, max: isYuv ? 4 : 8 }).map((half) => (isYuv ? half * 2 : half));
    fc.assert(
      fc.property(side, side, fc.nat(5), fc.infiniteStream(fc.nat(255)), (width, height, padding, bytes) => {
        const blank = draw(() => [0, 0, 0], width, height, encoding, padding);
        const picture = { ...blank, data: blank.data.map(() => bytes.next().value as number) };
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const expected = channelsAt(picture, colour, x, y);
            const actual = read(picture, colour, x, y);
            expect(actual).toHaveLength(expected.length);
            for (const [channel, value] of actual.entries()) {
              expect(Math.abs(value - expected[channel]!)).toBeLessThanOrEqual(ROUNDING);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test.each(ENCODINGS)("grey stays grey in %s", (encoding) => {
    for (let level = 0; level < 256; level += 15) {
      const picture = draw(() => [level, level, level], 2, 2, encoding);
      const [red, green, blue] = read(picture, "rgb", 1, 1);
      expect([green, blue]).toEqual([red, red]);
      expect(read(picture, "grey", 1, 1)).toEqual([red]);
    }
  });

  test("white and black of limited range become 255 and 0", () => {
    expect([expandLuma(235), expandLuma(255), expandLuma(16), expandLuma(0)]).toEqual([255, 255, 0, 0]);
  });
});
