import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Sharp } from "sharp";
import { type Frame, type PixelEncoding, packedStep } from "../core/frame.js";
import { MavsegError } from "../errors.js";
import { jpegSize } from "./jpeg-size.js";

/** What a played camera can send. */
export const CAMERA_ENCODINGS = ["mono8", "rgb8", "bgr8", "jpeg"] as const satisfies readonly PixelEncoding[];
export type CameraEncoding = (typeof CAMERA_ENCODINGS)[number];

/** A frame without what makes it one of a stream. */
export type Picture = Pick<Frame, "width" | "height" | "step" | "encoding" | "data">;

export interface PictureOptions {
  readonly encoding: CameraEncoding;
  /** Pictures are stretched to it; undefined keeps each at its own size. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
}

const IMAGE_NAME = /\.(jpe?g|png)$/i;
const JPEG_NAME = /\.jpe?g$/i;
/** Of files that have to be encoded anew: near to lossless to the eye, as cameras do. */
const JPEG_QUALITY = 90;

/**
 * The images of a folder in the order in which a person counts them (frame2 before frame10), or one image.
 * @throws MavsegError `INPUT_UNREADABLE`
 */
export async function listImages(source: string): Promise<string[]> {
  try {
    if (!(await stat(source)).isDirectory()) return [source];
    const names = (await readdir(source)).filter((name) => IMAGE_NAME.test(name));
    if (names.length > 0) {
      const { compare } = new Intl.Collator("en", { numeric: true });
      return names.sort(compare).map((name) => path.join(source, name));
    }
  } catch (cause) {
    throw unreadable(source, cause);
  }
  throw new MavsegError("INPUT_UNREADABLE", { expected: `jpg or png images in ${source}`, actual: "none" });
}

/**
 * Reads an image the way a camera would send it. A JPEG file is passed on byte for byte where nothing has to change.
 * @throws MavsegError `INPUT_UNREADABLE`
 */
export async function readPicture(file: string, { encoding, size }: PictureOptions): Promise<Picture> {
  try {
    if (encoding === "jpeg" && size === undefined && JPEG_NAME.test(file)) {
      const data = await readFile(file);
      return { ...jpegSize(data), step: 0, encoding, data };
    }
    // Loaded with the first picture that needs it: a camera that passes JPEG files on does without.
    const { default: sharp } = await import("sharp");
    return await toPicture(sharp(file), { encoding, size });
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Brings any picture to what a camera would send. Rejects where it cannot be decoded. */
export async function toPicture(image: Sharp, { encoding, size }: PictureOptions): Promise<Picture> {
  const rgb = image.removeAlpha().toColourspace("srgb");
  if (size !== undefined) rgb.resize(size.width, size.height, { fit: "fill" });
  const output = encoding === "jpeg" ? rgb.jpeg({ quality: JPEG_QUALITY }) : rgb.raw();
  const { data, info } = await output.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, step: packedStep(encoding, width), encoding, data: fromRgb(data, encoding) };
}

function fromRgb(data: Uint8Array, encoding: CameraEncoding): Uint8Array {
  if (encoding === "mono8") return lumaOf(data);
  if (encoding === "bgr8") swapRedAndBlue(data);
  return data;
}

/** ITU-R BT.601, full range, in 16-bit fixed point: the grey of the engines and of training. */
function lumaOf(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let pixel = 0, from = 0; pixel < grey.length; pixel++, from += 3) {
    grey[pixel] = (19_595 * rgb[from]! + 38_470 * rgb[from + 1]! + 7_471 * rgb[from + 2]! + 32_768) >> 16;
  }
  return grey;
}

function swapRedAndBlue(rgb: Uint8Array): void {
  for (let at = 0; at < rgb.length; at += 3) {
    const red = rgb[at]!;
    rgb[at] = rgb[at + 2]!;
    rgb[at + 2] = red;
  }
}

function unreadable(source: string, cause: unknown): MavsegError {
  const actual = (cause as Error).message;
  return new MavsegError("INPUT_UNREADABLE", { expected: `to read images from ${source}`, actual, cause });
}
