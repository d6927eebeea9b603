import { type Frame, type PixelEncoding, packedStep } from "../core/frame.js";
import { MavsegError } from "../errors.js";
import type { Size } from "./cell.js";

/** A frame without what makes it one of a stream. */
export type Picture = Pick<Frame, "width" | "height" | "step" | "encoding" | "data">;

/** As cameras and `mavseg camera` compress. */
const JPEG_QUALITY = 90;

/**
 * Gives a picture the layout of a camera.
 * @param rgb `[height, width, 3]`
 * @throws MavsegError `FRAME_INVALID` for odd sides where the encoding shares colour between neighbours
 */
export async function encodePicture(rgb: Uint8Array, size: Size, encoding: PixelEncoding): Promise<Picture> {
  checkSides(size, encoding);
  const data = await encode(rgb, size, encoding);
  return { ...size, step: packedStep(encoding, size.width), encoding, data };
}

function checkSides({ width, height }: Size, encoding: PixelEncoding): void {
  const isOdd = width % 2 !== 0 || (encoding === "nv12" && height % 2 !== 0);
  if (!isOdd || (encoding !== "nv12" && encoding !== "yuv422_yuy2")) return;
  throw new MavsegError("FRAME_INVALID", {
    expected: `even sides for ${encoding}`,
    actual: `${width}x${height}`,
  });
}

async function encode(rgb: Uint8Array, size: Size, encoding: PixelEncoding): Promise<Uint8Array> {
  switch (encoding) {
    case "rgb8":
      return rgb;
    case "bgr8":
      return interleave(rgb, [2, 1, 0]);
    case "rgba8":
      return interleave(rgb, [0, 1, 2, OPAQUE]);
    case "bgra8":
      return interleave(rgb, [2, 1, 0, OPAQUE]);
    case "mono8":
      return toGrey(rgb);
    case "yuv422_yuy2":
      return toYuy2(rgb);
    case "nv12":
      return toNv12(rgb, size);
    case "jpeg":
    case "png":
      return compress(rgb, size, encoding);
  }
}

async function compress(rgb: Uint8Array, size: Size, encoding: "jpeg" | "png"): Promise<Uint8Array> {
  // On demand: raw frames do not need it, and it would show in the memory that is reported.
  const { default: sharp } = await import("sharp");
  const image = sharp(rgb, { raw: { ...size, channels: 3 } });
  return encoding === "jpeg" ? image.jpeg({ quality: JPEG_QUALITY }).toBuffer() : image.png().toBuffer();
}

const OPAQUE = -1;

/** @param order of the channels; OPAQUE stands for a channel of 255 */
function interleave(rgb: Uint8Array, order: readonly number[]): Uint8Array {
  const channels = order.length;
  const data = new Uint8Array((rgb.length / 3) * channels).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const source = order[channel]!;
      if (source !== OPAQUE) data[to + channel] = rgb[from + source]!;
    }
  }
  return data;
}

/** ITU-R BT.601 luma, full range, as the engines' grey. */
function toGrey(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let px = 0, at = 0; px < grey.length; px++, at += 3) {
    grey[px] = 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]! + 0.5;
  }
  return grey;
}

// ITU-R BT.601, limited range, as cameras give YUV. Colour is that of the first px that share it: drawn pictures are
// smooth, and no codec is measured here.
const lumaAt = (rgb: Uint8Array, at: number) =>
  16.5 + (65.481 * rgb[at]! + 128.553 * rgb[at + 1]! + 24.966 * rgb[at + 2]!) / 255;
const blueAt = (rgb: Uint8Array, at: number) =>
  128.5 + (-37.797 * rgb[at]! - 74.203 * rgb[at + 1]! + 112 * rgb[at + 2]!) / 255;
const redAt = (rgb: Uint8Array, at: number) =>
  128.5 + (112 * rgb[at]! - 93.786 * rgb[at + 1]! - 18.214 * rgb[at + 2]!) / 255;

function toYuy2(rgb: Uint8Array): Uint8Array {
  const data = new Uint8Array((rgb.length / 3) * 2);
  for (let from = 0, to = 0; from < rgb.length; from += 6, to += 4) {
    data[to] = lumaAt(rgb, from);
    data[to + 1] = blueAt(rgb, from);
    data[to + 2] = lumaAt(rgb, from + 3);
    data[to + 3] = redAt(rgb, from);
  }
  return data;
}

function toNv12(rgb: Uint8Array, { width, height }: Size): Uint8Array {
  const data = new Uint8Array((width * height * 3) / 2);
  for (let px = 0; px < width * height; px++) data[px] = lumaAt(rgb, px * 3);
  let to = width * height;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const from = (y * width + x) * 3;
      data[to++] = blueAt(rgb, from);
      data[to++] = redAt(rgb, from);
    }
  }
  return data;
}
