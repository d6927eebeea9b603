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
    const { channels, depth, paletteBitDepth } = await image.metadata();
    if ((channels !== 1 || depth !== "uchar") && paletteBitDepth === undefined) {
      throw new MavsegError("DATASET_INVALID", {
        expected: `${file} to have one 8-bit channel of class ids`,
        actual: `${channels} channel(s) of ${depth}`,
      });
    }
    if (paletteBitDepth !== undefined) {
      throw new MavsegError("DATASET_INVALID", {
        expected: `${file} to be a grey PNG whose values are class ids`,
        actual: "a palette PNG, whose ids are lost when it is decoded to colours",
      });
    }
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
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
    const image = sharp(file).removeAlpha();
    const pixels = colour === "grey" ? image.toColourspace("b-w") : image.toColourspace("srgb");
    const { data, info } = await pixels.raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels as 1 | 3, data };
  } catch (cause) {
    throw asDatasetError(cause, file);
  }
}

function asDatasetError(cause: unknown, file: string): MavsegError {
  if (cause instanceof MavsegError) return cause;
  return new MavsegError("DATASET_INVALID", {
    expected: `${file} to be a readable image`,
    actual: (cause as Error).message,
    cause,
  });
}
