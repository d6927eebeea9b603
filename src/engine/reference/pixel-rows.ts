import type { PixelEncoding } from "../../core/frame.js";

/** Pixels in memory, as a camera or a decoder left them. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  /** Bytes from row to row. */
  readonly step: number;
  readonly encoding: Exclude<PixelEncoding, "jpeg" | "png">;
  readonly data: Uint8Array;
}

/** Order of the channels that a net wants. */
export type ColourOrder = "rgb" | "bgr" | "grey";

/**
 * Rows of a picture in a form that one loop can read, whatever the encoding: the value of channel `c` of pixel `x` is
 * `bytes[start(y) + x * pixelStride + offsets[c]]`. Encodings that hold the wanted channels are read where they lie;
 * only YUV to RGB and colour to grey are computed, row by row into a buffer that stays in the cache.
 */
export interface PixelRows {
  readonly bytes: Uint8Array;
  readonly pixelStride: number;
  /** One entry per channel of the net. */
  readonly offsets: readonly number[];
  /** Values are luma of limited range (16..235), to be stretched to 0..255 by `expandLuma`. */
  readonly limitedRange: boolean;
  /** Makes row `y` ready; it stays so until the next call. */
  start(y: number): number;
}

/** Byte offsets of red, green and blue within a pixel, and the pixel's size. */
const INTERLEAVED = {
  rgb8: { rgb: [0, 1, 2], bytes: 3 },
  bgr8: { rgb: [2, 1, 0], bytes: 3 },
  rgba8: { rgb: [0, 1, 2], bytes: 4 },
  bgra8: { rgb: [2, 1, 0], bytes: 4 },
} as const;

/** Fixed point with 20 fractional bits: the largest sum, 1.164 * 239 + 2.018 * 127, stays below 2^31. */
const SHIFT = 20;
const HALF = 1 << (SHIFT - 1);
const fixed = (value: number) => Math.round(value * 2 ** SHIFT);

/** ITU-R BT.601 luma of full-range RGB; the three sum to 1 exactly, so that grey stays grey. */
const LUMA_RED = fixed(0.299);
const LUMA_BLUE = fixed(0.114);
const LUMA_GREEN = 2 ** SHIFT - LUMA_RED - LUMA_BLUE;

/** ITU-R BT.601, limited range (luma 16..235, chroma 16..240), to full-range RGB. */
const Y_SCALE = fixed(255 / 219);
const RED_FROM_V = fixed((255 / 224) * 2 * (1 - 0.299));
const GREEN_FROM_V = fixed((255 / 224) * 2 * (1 - 0.299) * (0.299 / 0.587));
const GREEN_FROM_U = fixed((255 / 224) * 2 * (1 - 0.114) * (0.114 / 0.587));
const BLUE_FROM_U = fixed((255 / 224) * 2 * (1 - 0.114));

/** @returns luma of limited range stretched to 0..255, rounded and clamped */
export function expandLuma(luma: number): number {
  return Math.min(255, (Math.max(0, luma - 16) * Y_SCALE + HALF) >> SHIFT);
}

/** @param picture checked by `checkFrame`: sizes fit the encoding and the data */
export function pixelRows(picture: RawPicture, colour: ColourOrder): PixelRows {
  const { encoding, data, step } = picture;
  const inPlace = (pixelStride: number, offsets: readonly number[], limitedRange: boolean): PixelRows => ({
    bytes: data,
    pixelStride,
    offsets,
    limitedRange,
    start: (y) => y * step,
  });
  if (encoding === "mono8") return inPlace(1, colour === "grey" ? [0] : [0, 0, 0], false);
  if (encoding === "yuv422_yuy2" || encoding === "nv12") {
    if (colour === "grey") return inPlace(encoding === "nv12" ? 1 : 2, [0], true);
    return computedRows(picture.width, colour, encoding === "nv12" ? nv12Row(picture) : yuy2Row(picture));
  }
  const { rgb, bytes } = INTERLEAVED[encoding];
  if (colour === "grey") return computedRows(picture.width, colour, lumaRow(picture, rgb, bytes));
  return inPlace(bytes, colour === "rgb" ? rgb : [...rgb].reverse(), false);
}

type WriteRow = (y: number, row: Uint8ClampedArray) => void;

function computedRows(width: number, colour: ColourOrder, write: WriteRow): PixelRows {
  const channels = colour === "grey" ? 1 : 3;
  const row = new Uint8Array(width * channels);
  // A view of the same bytes that clamps to 0..255 what is written, so that the loops need no comparisons.
  const clamped = new Uint8ClampedArray(row.buffer);
  return {
    bytes: row,
    pixelStride: channels,
    offsets: colour === "grey" ? [0] : colour === "rgb" ? [0, 1, 2] : [2, 1, 0],
    limitedRange: false,
    start(y) {
      write(y, clamped);
      return 0;
    },
  };
}

/**
 * The loops of all three are functions of their own with plain arguments: as closures, of which every frame makes new
 * ones, they took twice the time (V8 cannot fold what a closure captures).
 */
function lumaRow(
  { data, step, width }: RawPicture,
  [red, green, blue]: readonly [number, number, number],
  bytes: number,
): WriteRow {
  return (y, row) => writeLuma(row, data, y * step, width, bytes, red, green, blue);
}

/** Y0 U Y1 V: two pixels share one chroma sample. */
function yuy2Row({ data, step, width }: RawPicture): WriteRow {
  return (y, row) => writeYuy2(row, data, y * step, width);
}

/** A plane of Y, then a plane of U V pairs of half the height: four pixels share one chroma sample. */
function nv12Row({ data, step, width, height }: RawPicture): WriteRow {
  return (y, row) => writeNv12(row, data, y * step, (height + (y >> 1)) * step, width);
}

function writeLuma(
  row: Uint8ClampedArray,
  data: Uint8Array,
  start: number,
  width: number,
  bytes: number,
  red: number,
  green: number,
  blue: number,
): void {
  let at = start;
  for (let x = 0; x < width; x++, at += bytes) {
    const sum = LUMA_RED * data[at + red]! + LUMA_GREEN * data[at + green]! + LUMA_BLUE * data[at + blue]!;
    row[x] = (sum + HALF) >> SHIFT;
  }
}

function writeYuy2(row: Uint8ClampedArray, data: Uint8Array, start: number, width: number): void {
  let at = start;
  for (let x = 0; x < width; x += 2, at += 4) {
    writeRgbPair(row, x * 3, data[at]!, data[at + 2]!, data[at + 1]!, data[at + 3]!);
  }
}

function writeNv12(
  row: Uint8ClampedArray,
  data: Uint8Array,
  luma: number,
  chroma: number,
  width: number,
): void {
  for (let x = 0; x < width; x += 2) {
    writeRgbPair(row, x * 3, data[luma + x]!, data[luma + x + 1]!, data[chroma + x]!, data[chroma + x + 1]!);
  }
}

function writeRgbPair(
  row: Uint8ClampedArray,
  at: number,
  y0: number,
  y1: number,
  u: number,
  v: number,
): void {
  const red = RED_FROM_V * (v - 128) + HALF;
  const green = HALF - GREEN_FROM_V * (v - 128) - GREEN_FROM_U * (u - 128);
  const blue = BLUE_FROM_U * (u - 128) + HALF;
  const first = Y_SCALE * Math.max(0, y0 - 16);
  const second = Y_SCALE * Math.max(0, y1 - 16);
  row[at] = (first + red) >> SHIFT;
  row[at + 1] = (first + green) >> SHIFT;
  row[at + 2] = (first + blue) >> SHIFT;
  row[at + 3] = (second + red) >> SHIFT;
  row[at + 4] = (second + green) >> SHIFT;
  row[at + 5] = (second + blue) >> SHIFT;
}
