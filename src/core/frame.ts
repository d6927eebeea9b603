import { MavsegError } from "../errors.js";
import type { Stamp } from "./stamp.js";

/** Pixel layouts, named as in ROS `sensor_msgs/image_encodings`; `jpeg` and `png` are whole files. */
export const PIXEL_ENCODINGS = [
  "mono8",
  "rgb8",
  "bgr8",
  "rgba8",
  "bgra8",
  "yuv422_yuy2",
  "nv12",
  "jpeg",
  "png",
] as const;
export type PixelEncoding = (typeof PIXEL_ENCODINGS)[number];

/** One picture of a camera, as it arrived. */
export interface Frame {
  /** The sender's running number; gaps are drops. */
  readonly seq: number;
  /** When the picture was taken. */
  readonly stamp: Stamp;
  /** Which camera. */
  readonly frameId: string;
  readonly width: number;
  readonly height: number;
  /** Bytes from the start of one row to the start of the next; 0 for `jpeg` and `png`. */
  readonly step: number;
  readonly encoding: PixelEncoding;
  /** Not copied by anything that takes a frame; do not change it while a frame is in flight. */
  readonly data: Uint8Array;
}

/** Largest width or height taken, a limit against absurd headers rather than against big cameras. */
export const MAX_SIDE_PX = 16_384;

const BYTES_PER_PIXEL: Partial<Record<PixelEncoding, number>> = {
  mono8: 1,
  rgb8: 3,
  bgr8: 3,
  rgba8: 4,
  bgra8: 4,
  yuv422_yuy2: 2,
  nv12: 1,
};

export function isCompressed(encoding: PixelEncoding): boolean {
  return encoding === "jpeg" || encoding === "png";
}

/** Bytes of one row without padding; 0 for compressed encodings. For nv12 a row of the luma plane. */
export function packedStep(encoding: PixelEncoding, width: number): number {
  return (BYTES_PER_PIXEL[encoding] ?? 0) * width;
}

/** Fewest bytes that hold a raw frame: the last row needs no padding. */
export function requiredBytes(frame: Omit<Frame, "data" | "seq" | "stamp" | "frameId">): number {
  const rows = frame.encoding === "nv12" ? (frame.height * 3) / 2 : frame.height;
  return frame.step * (rows - 1) + packedStep(frame.encoding, frame.width);
}

/**
 * Checks a frame's description against its data.
 * @throws MavsegError `FRAME_INVALID` with what was expected and what came
 */
export function checkFrame(frame: Omit<Frame, "seq" | "stamp" | "frameId">): void {
  const invalid = (expected: string, actual: string) =>
    new MavsegError("FRAME_INVALID", { expected, actual });
  if (!PIXEL_ENCODINGS.includes(frame.encoding)) {
    throw invalid(`encoding to be one of ${PIXEL_ENCODINGS.join(", ")}`, String(frame.encoding));
  }
  for (const side of ["width", "height"] as const) {
    const value = frame[side];
    if (!Number.isInteger(value) || value < 1 || value > MAX_SIDE_PX) {
      throw invalid(`${side} to be 1..${MAX_SIDE_PX} px`, String(value));
    }
  }
  if (isCompressed(frame.encoding)) {
    if (frame.data.byteLength === 0) throw invalid(`a ${frame.encoding} file as payload`, "0 bytes");
    return;
  }
  if (frame.encoding === "yuv422_yuy2" && frame.width % 2 !== 0) {
    throw invalid("an even width for yuv422_yuy2", `${frame.width} px`);
  }
  if (frame.encoding === "nv12" && (frame.width % 2 !== 0 || frame.height % 2 !== 0)) {
    throw invalid("an even width and height for nv12", `${frame.width}x${frame.height} px`);
  }
  const packed = packedStep(frame.encoding, frame.width);
  if (!Number.isInteger(frame.step) || frame.step < packed) {
    throw invalid(
      `step of at least ${packed} bytes for ${frame.width} px of ${frame.encoding}`,
      String(frame.step),
    );
  }
  const required = requiredBytes(frame);
  if (frame.data.byteLength < required) {
    throw invalid(
      `at least ${required} bytes for ${frame.width}x${frame.height} ${frame.encoding} with step ${frame.step}`,
      `${frame.data.byteLength} bytes`,
    );
  }
}
