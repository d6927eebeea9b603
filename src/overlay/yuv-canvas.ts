import type { Rgb } from "./canvas.js";

/** A picture as encoders take it: BT.709, limited range. */
export interface YuvPicture {
  readonly width: number;
  readonly height: number;
  /** Luma, U, V. */
  readonly planes: readonly [Uint8Array, Uint8Array, Uint8Array];
  /** Bytes from row to row of each plane. */
  readonly steps: readonly [number, number, number];
  /** 1 where one U and V stand for 2 x 2 px (4:2:0, even sides only), 0 where each px has its own (4:4:4). */
  readonly chromaShift: 0 | 1;
}

/** Luma, U, V. */
export type Yuv = readonly [number, number, number];

/** Opacities are counted in parts of this, so that drawing is whole numbers, the same on every machine. */
export const OPAQUE = 256;

/** Full-range RGB to BT.709 (ITU-R BT.709-6, 3.2 and 3.4) in limited range. */
export function toYuv([red, green, blue]: Rgb): Yuv {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [
    Math.round(16 + (luma * 219) / 255),
    Math.round(128 + (((blue - luma) / 1.8556) * 224) / 255),
    Math.round(128 + (((red - luma) / 1.5748) * 224) / 255),
  ];
}

/**
 * Fills a rectangle, cut off at the picture's rim.
 * @param share how much it covers, 0 to OPAQUE
 */
export function fillYuvRect(
  picture: YuvPicture,
  [x, y, width, height]: readonly [number, number, number, number],
  [luma, u, v]: Yuv,
  share: number,
): void {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const right = Math.min(picture.width, x + width);
  const bottom = Math.min(picture.height, y + height);
  const { planes, steps, chromaShift } = picture;
  for (let row = top; row < bottom; row++) {
    const end = row * steps[0] + right;
    for (let at = row * steps[0] + left; at < end; at++) planes[0][at] = mix(planes[0][at]!, luma, share);
  }
  const side = 1 << chromaShift;
  for (let row = top >> chromaShift; row << chromaShift < bottom; row++) {
    const rows = overlap(row * side, side, top, bottom);
    for (let column = left >> chromaShift; column << chromaShift < right; column++) {
      // Of a place of 2 x 2 px, the rectangle may cover a part.
      const part = (share * rows * overlap(column * side, side, left, right)) >> (2 * chromaShift);
      const [atU, atV] = [row * steps[1] + column, row * steps[2] + column];
      planes[1][atU] = mix(planes[1][atU]!, u, part);
      planes[2][atV] = mix(planes[2][atV]!, v, part);
    }
  }
}

/** @param share of `color`, 0 to OPAQUE */
export function mix(old: number, color: number, share: number): number {
  return (old * (OPAQUE - share) + color * share + OPAQUE / 2) >> 8;
}

/** How much of `length` places from `start` on lies between `from` and `to`. */
function overlap(start: number, length: number, from: number, to: number): number {
  return Math.min(start + length, to) - Math.max(start, from);
}
