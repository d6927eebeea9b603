import { z } from "zod";
import { checkFrame, type Frame, MAX_SIDE_PX, type PixelEncoding, packedStep } from "../core/frame.js";
import type { Stamp } from "../core/stamp.js";
import { MavsegError } from "../errors.js";
import { jpegSize } from "./jpeg-size.js";
import { checkPartSize, MAX_PAYLOAD_BYTES, readJson } from "./message-header.js";

/**
 * The messages of imageZMQ (github.com/jeffbass/imagezmq, `SerializingSocket`), the same in both patterns: a JSON
 * header, then the buffer. `send_image` writes msg, dtype and shape; `send_jpg` writes msg alone.
 */
export type ImageZmqMessage = [header: string, payload: Uint8Array];

/** What an imageZMQ hub answers in the REQ/REP pattern. */
export const IMAGEZMQ_REPLY = "OK";

/** Cameras that give no usable name. */
const UNNAMED_CAMERA = "imagezmq";
const MAX_NAME_CHARS = 200;

const headerSchema = z.object({
  /** Mostly the camera's name, but senders may put any JSON there. */
  msg: z.unknown(),
  dtype: z.string().optional(),
  shape: z.array(z.int().min(1).max(MAX_SIDE_PX)).optional(),
});

/** OpenCV's arrays: grey is [height, width] or [height, width, 1], colour is blue, green, red (and alpha). */
const ENCODING_OF_CHANNELS: Readonly<Record<number, PixelEncoding>> = { 1: "mono8", 3: "bgr8", 4: "bgra8" };
const CHANNELS_OF_ENCODING: Partial<Record<PixelEncoding, number>> = { mono8: 1, bgr8: 3, bgra8: 4 };

/**
 * Reads a message of an imageZMQ sender. The format has neither a number nor a stamp, so the receiver gives both.
 * @param seq the receiver's running number
 * @param stamp when the message arrived
 * @throws MavsegError `MESSAGE_INVALID`, `MESSAGE_TOO_LARGE`, `FRAME_INVALID`, `FRAME_UNDECODABLE`
 */
export function decodeImageZmqMessage(parts: readonly Uint8Array[], seq: number, stamp: Stamp): Frame {
  const [headerPart, data] = parts;
  if (parts.length !== 2 || headerPart === undefined || data === undefined) {
    throw invalid("two parts: header and buffer", `${parts.length} part${parts.length === 1 ? "" : "s"}`);
  }
  checkPartSize(data, "a buffer", MAX_PAYLOAD_BYTES);
  const parsed = headerSchema.safeParse(readJson(headerPart, "an imageZMQ header"));
  if (!parsed.success)
    throw invalid("a header with msg, dtype and shape", parsed.error.issues[0]?.message ?? "others");
  const { msg, dtype, shape } = parsed.data;
  const layout = shape === undefined && dtype === undefined ? jpegLayout(data) : arrayLayout(dtype, shape);
  const frame: Frame = { seq, stamp, frameId: cameraName(msg), ...layout, data };
  checkFrame(frame);
  return frame;
}

/**
 * The message that `ImageSender.send_image` or, for jpeg, `send_jpg` would write. Nothing is copied.
 * @throws MavsegError `FRAME_INVALID` for encodings that imageZMQ has no word for, and padded rows
 */
export function encodeImageZmqMessage(frame: Frame): ImageZmqMessage {
  if (frame.encoding === "jpeg") return [JSON.stringify({ msg: frame.frameId }), frame.data];
  const channels = CHANNELS_OF_ENCODING[frame.encoding];
  if (channels === undefined || frame.step !== packedStep(frame.encoding, frame.width)) {
    throw new MavsegError("FRAME_INVALID", {
      expected: "mono8, bgr8, bgra8 without padding, or jpeg for imageZMQ",
      actual: `${frame.encoding} with step ${frame.step}`,
    });
  }
  const shape = channels === 1 ? [frame.height, frame.width] : [frame.height, frame.width, channels];
  return [JSON.stringify({ msg: frame.frameId, dtype: "uint8", shape }), frame.data];
}

type Layout = Pick<Frame, "width" | "height" | "step" | "encoding">;

function jpegLayout(file: Uint8Array): Layout {
  return { ...jpegSize(file), step: 0, encoding: "jpeg" };
}

function arrayLayout(dtype: string | undefined, shape: readonly number[] | undefined): Layout {
  const [height, width, channels = 1] = shape ?? [];
  const encoding = ENCODING_OF_CHANNELS[channels];
  const tooLong = shape !== undefined && shape.length > 3;
  if (dtype !== "uint8" || height === undefined || width === undefined || encoding === undefined || tooLong) {
    throw invalid(
      "dtype uint8 and shape [height, width] or [height, width, 1|3|4]",
      `dtype ${dtype} and shape [${shape?.join(", ") ?? ""}]`,
    );
  }
  return { width, height, step: packedStep(encoding, width), encoding };
}

function cameraName(msg: unknown): string {
  return typeof msg === "string" && msg.length > 0 ? msg.slice(0, MAX_NAME_CHARS) : UNNAMED_CAMERA;
}

function invalid(expected: string, actual: string): MavsegError {
  return new MavsegError("MESSAGE_INVALID", { expected: `an imageZMQ message with ${expected}`, actual });
}
