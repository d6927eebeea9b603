import { checkFrame, type PixelEncoding } from "../../core/frame.js";
import { MavsegError } from "../../errors.js";

/** A raw picture of any layout. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly step: number;
  /** Named as in ROS, with OpenCV's names as well. */
  readonly encoding: string;
  readonly data: Uint8Array;
}

/** Where red, green and blue lie within a pixel, and how long a pixel is. */
const LAYOUTS: Partial<
  Record<PixelEncoding, readonly [red: number, green: number, blue: number, bytes: number]>
> = {
  mono8: [0, 0, 0, 1],
  rgb8: [0, 1, 2, 3],
  bgr8: [2, 1, 0, 3],
  rgba8: [0, 1, 2, 4],
  bgra8: [2, 1, 0, 4],
};

const OTHER_NAMES: Readonly<Record<string, PixelEncoding>> = {
  "8UC1": "mono8",
  "8UC3": "bgr8",
  yuyv: "yuv422_yuy2",
};

/** The name that this project has for a layout. */
export function pixelEncoding(name: string): PixelEncoding {
  return OTHER_NAMES[name] ?? (name as PixelEncoding);
}

/**
 * @returns `[height, width, 3]` RGB; the picture's own memory where it is that already
 * @throws MavsegError `FRAME_INVALID` where the data does not fit, or is in a layout that cannot be brought to RGB here
 */
export function rawToRgb({ width, height, step, encoding: name, data }: RawImage): Uint8Array {
  const encoding = pixelEncoding(name);
  checkFrame({ width, height, step, encoding, data });
  if (encoding === "rgb8" && step === width * 3) return data.subarray(0, step * height);
  const rgb = new Uint8Array(width * height * 3);
  const layout = LAYOUTS[encoding];
  if (layout !== undefined) copyPixels(data, step, width, height, layout, rgb);
  else if (encoding === "yuv422_yuy2" || encoding === "nv12")
    copyYuv(data, step, width, height, encoding, rgb);
  else throw new MavsegError("FRAME_INVALID", { expected: "raw pixels", actual: encoding });
  return rgb;
}

function copyPixels(
  data: Uint8Array,
  step: number,
  width: number,
  height: number,
  [red, green, blue, bytes]: readonly [number, number, number, number],
  rgb: Uint8Array,
): void {
  let write = 0;
  for (let y = 0; y < height; y++) {
    for (let read = y * step, end = read + width * bytes; read < end; read += bytes) {
      rgb[write++] = data[read + red] as number;
      rgb[write++] = data[read + green] as number;
      rgb[write++] = data[read + blue] as number;
    }
  }
}

/** ITU-R BT.601, limited range, as the engines take these layouts. */
function copyYuv(
  data: Uint8Array,
  step: number,
  width: number,
  height: number,
  encoding: "yuv422_yuy2" | "nv12",
  rgb: Uint8Array,
): void {
  const pixels = new Uint8ClampedArray(rgb.buffer);
  let write = 0;
  for (let y = 0; y < height; y++) {
    const row = y * step;
    const colors = (height + (y >> 1)) * step;
    for (let x = 0; x < width; x++) {
      const isPacked = encoding === "yuv422_yuy2";
      const pair = isPacked ? row + (x >> 1) * 4 + 1 : colors + (x & ~1);
      const luma = 1.164 * ((data[isPacked ? row + x * 2 : row + x] as number) - 16);
      const u = (data[pair] as number) - 128;
      const v = (data[pair + (isPacked ? 2 : 1)] as number) - 128;
      pixels[write++] = luma + 1.596 * v;
      pixels[write++] = luma - 0.392 * u - 0.813 * v;
      pixels[write++] = luma + 2.017 * u;
    }
  }
}
