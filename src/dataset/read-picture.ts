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
 * @throws MavsegError `DATASET_INVALID` for an unreadable file or one that is no 8-bit single-channel image: a colour
 * label is a picture of class ids, not the ids
 */
export async function readLabel(file: string): Promise<Picture> {
  try {
    const image = sharp(file);
    const { channels, depth, isPalette } = await image.metadata();
    if (channels !== 1 || depth !== "uchar" || isPalette) {
      throw new MavsegError("DATASET_INVALID", {
        expected: `${file} to have one 8-bit grey channel of class ids`,
        actual: isPalette ? "a palette of colours" : `${channels} channel(s) of ${depth}`,
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
