import sharp from "sharp";
import { type ClassInfo, parseColor } from "../../../core/classes.js";
import type { SegmentedPicture } from "../../segmented.js";

/** A small picture with its mask over it. */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` RGB. */
  readonly rgb: Uint8Array;
}

/** Widest that a thumbnail gets: three fit beside each other on a page. */
const WIDTH_PX = 320;
const JPEG_QUALITY = 80;
/** How much of the class's colour covers the picture. */
const OPACITY = 0.5;

/** A picture made smaller by a whole factor; a class shows where any pixel of it lies, so that small objects stay. */
export function makeThumbnail({ picture, mask }: SegmentedPicture, classes: readonly ClassInfo[]): Thumbnail {
  const factor = Math.ceil(mask.width / WIDTH_PX);
  const width = Math.floor(mask.width / factor);
  const height = Math.floor(mask.height / factor);
  const rgb = new Uint8Array(width * height * 3);
  const colors = classes.map(({ color }) => parseColor(color));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const cell = averageCell(picture.frame.data, mask.data, mask.width, x * factor, y * factor, factor);
      const color = cell.id === 0 ? undefined : colors[cell.id];
      const share = color === undefined ? 0 : OPACITY;
      for (let c = 0; c < 3; c++) {
        const own = cell.mean[c] as number;
        rgb[at + c] = own + ((color?.[c] ?? own) - own) * share;
      }
    }
  }
  return { width, height, rgb };
}

function averageCell(
  rgb: Uint8Array,
  ids: Uint8Array,
  width: number,
  left: number,
  top: number,
  side: number,
) {
  let [red, green, blue, id] = [0, 0, 0, 0];
  for (let y = top; y < top + side; y++) {
    for (let at = y * width + left, end = at + side; at < end; at++) {
      red += rgb[at * 3] as number;
      green += rgb[at * 3 + 1] as number;
      blue += rgb[at * 3 + 2] as number;
      if (id === 0) id = ids[at] as number;
    }
  }
  const area = side * side;
  return { mean: [red / area, green / area, blue / area], id };
}

export async function encodeThumbnail({ rgb, width, height }: Thumbnail): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}
