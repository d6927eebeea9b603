import sharp from "sharp";
import { MavsegError } from "../errors.js";

/** Decoded pixels, row-major, channels interleaved, without padding. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 (grey) or 3 (RGB); labels have 1. */
  readonly channels: 1 | 3;
  /** `[height, width, channels]` */
  readonly data: Uint8Array;
}

/**
 * Reads a label image.
 * @returns one class id per pixel
 * @throws MavsegError `DATASET_INVALID` for an unreadable file or one that is no PNG with one 8-bit grey channel: a
 * colour label is a picture of class ids, not the ids; JPEG changes ids; and ids of 1, 2 or 4 bits would be stretched
 * to 0..255 on reading, so that class 1 of two became the ignore value without a word
 */
export async function readLabel(file: string): Promise<Picture> {
  try {
    // A colour profile, which paint programs like to add, would turn ids into other ids.
    const image = sharp(file, { ignoreIcc: true });
    const { format, channels, bitsPerSample, isPalette } = await image.metadata();
    if (format !== "png" || channels !== 1 || bitsPerSample !== 8 || isPalette) {
      throw new MavsegError("DATASET_INVALID", {
        expected: `${file} to be a PNG with one 8-bit grey channel of class ids`,
        actual: isPalette
          ? "a palette of colours"
          : `${format} with ${channels} channel(s) of ${bitsPerSample ?? 8} bits`,
      });
    }
    const { data, info } = await image.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 1, data };
  } catch (cause) {
    throw asDatasetError(cause, file);
  }
}

/**
 * Reads a camera picture as grey (luma) or RGB.
 * @throws MavsegError `DATASET_INVALID` for an unreadable file
 */
export async function readImage(file: string, colour: "grey" | "rgb"): Promise<Picture> {
  try {
    const { data, info } = await sharp(file)
      .removeAlpha()
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    if (colour === "rgb") return { width, height, channels: 3, data };
    return { width, height, channels: 1, data: toLuma(data, width * height) };
  } catch (cause) {
    throw asDatasetError(cause, file);
  }
}

/** ITU-R BT.601 luma, full range: the engines' grey, so that a net sees in flight what it saw in training. */
function toLuma(rgb: Uint8Array, pixels: number): Uint8Array {
  const grey = new Uint8Array(pixels);
  for (let i = 0, j = 0; i < pixels; i++, j += 3) {
    grey[i] = 0.299 * rgb[j]! + 0.587 * rgb[j + 1]! + 0.114 * rgb[j + 2]! + 0.5;
  }
  return grey;
}

function asDatasetError(cause: unknown, file: string): MavsegError {
  if (cause instanceof MavsegError) return cause;
  return new MavsegError("DATASET_INVALID", {
    expected: `${file} to be a readable image`,
    actual: (cause as Error).message,
    cause,
  });
}
