import { checkFrame, type Frame, packedStep } from "../core/frame.js";
import type { Mask } from "../core/mask.js";
import { MavsegError } from "../errors.js";
import {
  checkPartSize,
  MAX_PAYLOAD_BYTES,
  MAX_TOPIC_BYTES,
  type MaskEncoding,
  type MaskHeader,
  readFrameHeader,
  readMaskHeader,
  readText,
  WIRE_VERSION,
} from "./message-header.js";

/** A ZeroMQ multipart message on its way out: topic (UTF-8), header (JSON), payload. */
export type OutgoingMessage = [topic: string, header: string, payload: Uint8Array];

/** A message with a camera frame; `frame.data` is the payload part itself. */
export interface FrameMessage {
  readonly topic: string;
  readonly frame: Frame;
}

/** A message with a mask, its pixels still encoded (`decodeMaskPixels` gives them). */
export interface MaskMessage {
  readonly topic: string;
  readonly header: MaskHeader;
  /** The payload part itself, not a copy. */
  readonly payload: Uint8Array;
}

/** What a mask's message says besides the mask. */
export interface MaskContext {
  /** Class names in the order of their ids. */
  readonly classes: readonly string[];
  readonly model: { readonly name: string; readonly sha256: string };
  /** Milliseconds from the frame's stamp to the publishing of the mask. */
  readonly ageMs: number;
}

const PART_COUNT = 3;

/** Nothing is copied: the frame's data must stay as it is until the message is sent. */
export function encodeFrameMessage(topic: string, frame: Frame): OutgoingMessage {
  const header = {
    v: WIRE_VERSION,
    type: "frame",
    seq: frame.seq,
    stamp: frame.stamp,
    frame_id: frame.frameId,
    width: frame.width,
    height: frame.height,
    encoding: frame.encoding,
    step: frame.step,
  };
  return [topic, JSON.stringify(header), frame.data];
}

/**
 * Reads a frame's message; the payload is checked against the header.
 * @param parts topic, header, payload
 * @throws MavsegError `MESSAGE_INVALID`, `MESSAGE_VERSION_UNKNOWN`, `MESSAGE_TOO_LARGE`, `FRAME_INVALID`
 */
export function decodeFrameMessage(parts: readonly Uint8Array[]): FrameMessage {
  const [topicPart, headerPart, data] = threeParts(parts);
  const topic = readText(topicPart, "a topic", MAX_TOPIC_BYTES);
  checkPartSize(data, "a payload", MAX_PAYLOAD_BYTES);
  const header = readFrameHeader(headerPart);
  const { seq, stamp, width, height, encoding } = header;
  const step = header.step ?? packedStep(encoding, width);
  const frame: Frame = { seq, stamp, frameId: header.frame_id, width, height, step, encoding, data };
  checkFrame(frame);
  return { topic, frame };
}

/**
 * Nothing is copied: the payload must stay as it is until the message is sent.
 * @param payload the mask's pixels in `encoding`, from `encodeMaskPixels`
 */
export function encodeMaskMessage(
  topic: string,
  mask: Mask,
  context: MaskContext,
  encoding: MaskEncoding,
  payload: Uint8Array,
): OutgoingMessage {
  const { timing } = mask;
  const header: MaskHeader = {
    v: WIRE_VERSION,
    type: "mask",
    seq: mask.seq,
    stamp: mask.stamp,
    frame_id: mask.frameId,
    width: mask.width,
    height: mask.height,
    encoding,
    step: encoding === "mono8" ? mask.width : 0,
    classes: context.classes,
    model: context.model,
    timing_ms: {
      wait: toMicros(timing.wait),
      decode: toMicros(timing.decode),
      preprocess: toMicros(timing.preprocess),
      infer: toMicros(timing.infer),
      postprocess: toMicros(timing.postprocess),
      age: toMicros(context.ageMs),
    },
    objects: mask.objects,
  };
  return [topic, JSON.stringify(header), payload];
}

/**
 * Reads a mask's message. The pixels are checked when they are decoded.
 * @param parts topic, header, payload
 * @throws MavsegError `MESSAGE_INVALID`, `MESSAGE_VERSION_UNKNOWN`, `MESSAGE_TOO_LARGE`
 */
export function decodeMaskMessage(parts: readonly Uint8Array[]): MaskMessage {
  const [topicPart, headerPart, payload] = threeParts(parts);
  const topic = readText(topicPart, "a topic", MAX_TOPIC_BYTES);
  checkPartSize(payload, "a payload", MAX_PAYLOAD_BYTES);
  return { topic, header: readMaskHeader(headerPart), payload };
}

function threeParts(parts: readonly Uint8Array[]): readonly [Uint8Array, Uint8Array, Uint8Array] {
  if (parts.length !== PART_COUNT) {
    throw new MavsegError("MESSAGE_INVALID", {
      expected: "three parts: topic, header, payload",
      actual: `${parts.length} part${parts.length === 1 ? "" : "s"}`,
    });
  }
  return parts as unknown as readonly [Uint8Array, Uint8Array, Uint8Array];
}

/** Milliseconds to three places: more digits are noise and make the header longer. */
function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
