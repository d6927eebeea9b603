import { z } from "zod";
import { MAX_SIDE_PX, PIXEL_ENCODINGS } from "../core/frame.js";
import { MavsegError } from "../errors.js";

/** The version of the wire format that this program writes and reads. */
export const WIRE_VERSION = 1;

/** Topics route messages; nobody needs a long one. */
export const MAX_TOPIC_BYTES = 256;
/** Room for 255 classes with long names and an object of each. */
export const MAX_HEADER_BYTES = 256 * 1024;
/** A mono8 frame of the largest size, or an 8192x8192 one of four channels. */
export const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024;

/** How a mask's class ids lie in the payload. */
export const MASK_ENCODINGS = ["mono8", "rle8", "png"] as const;
export type MaskEncoding = (typeof MASK_ENCODINGS)[number];

/** The longest camera name; it is kept per camera and printed. */
const MAX_FRAME_ID_CHARS = 200;

const stamp = z.object({ sec: z.int().min(0), nanosec: z.int().min(0).max(999_999_999) });
const side = z.int().min(1).max(MAX_SIDE_PX);
const common = {
  v: z.literal(WIRE_VERSION),
  seq: z.int().min(0),
  stamp,
  frame_id: z.string().max(MAX_FRAME_ID_CHARS),
  width: side,
  height: side,
};

/** Unknown keys are dropped and do no harm: that is how version 1 can grow. */
const frameHeaderSchema = z.object({
  ...common,
  type: z.literal("frame"),
  encoding: z.enum(PIXEL_ENCODINGS),
  /** Left out: rows without padding. */
  step: z.int().min(0).optional(),
});
export type FrameHeader = z.infer<typeof frameHeaderSchema>;

const classObject = z.object({
  class: z.int().min(0).max(255),
  pixels: z.int().min(0),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly(),
  centroid: z.tuple([z.number(), z.number()]).readonly(),
});

const maskHeaderSchema = z.object({
  ...common,
  type: z.literal("mask"),
  encoding: z.enum(MASK_ENCODINGS),
  /** Bytes from row to row for mono8; 0 for the others. */
  step: z.int().min(0).optional(),
  classes: z.array(z.string()).max(256).readonly(),
  model: z.object({ name: z.string(), sha256: z.string() }),
  timing_ms: z.object({
    wait: z.number(),
    decode: z.number(),
    preprocess: z.number(),
    infer: z.number(),
    postprocess: z.number(),
    age: z.number(),
  }),
  objects: z.array(classObject).max(256).readonly(),
});
export type MaskHeader = z.infer<typeof maskHeaderSchema>;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads UTF-8 text and refuses what is none.
 * @throws MavsegError `MESSAGE_INVALID`, `MESSAGE_TOO_LARGE`
 */
export function readText(part: Uint8Array, what: string, maxBytes: number): string {
  checkPartSize(part, what, maxBytes);
  try {
    return utf8.decode(part);
  } catch (cause) {
    throw new MavsegError("MESSAGE_INVALID", { expected: `${what} in UTF-8`, actual: "other bytes", cause });
  }
}

/** @throws MavsegError `MESSAGE_TOO_LARGE` */
export function checkPartSize(part: Uint8Array, what: string, maxBytes: number): void {
  if (part.byteLength <= maxBytes) return;
  throw new MavsegError("MESSAGE_TOO_LARGE", {
    expected: `${what} of at most ${maxBytes} bytes`,
    actual: `${part.byteLength} bytes`,
  });
}

/**
 * Reads JSON and refuses what is none. The size is checked before anything is parsed.
 * @throws MavsegError `MESSAGE_INVALID`, `MESSAGE_TOO_LARGE`
 */
export function readJson(part: Uint8Array, what: string): unknown {
  const text = readText(part, what, MAX_HEADER_BYTES);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MavsegError("MESSAGE_INVALID", { expected: `${what} in JSON`, actual: excerpt(text), cause });
  }
}

/** @throws MavsegError `MESSAGE_INVALID`, `MESSAGE_VERSION_UNKNOWN`, `MESSAGE_TOO_LARGE` */
export function readFrameHeader(part: Uint8Array): FrameHeader {
  return checkHeader(readJson(part, "a frame header"), frameHeaderSchema, "frame");
}

/** @throws MavsegError `MESSAGE_INVALID`, `MESSAGE_VERSION_UNKNOWN`, `MESSAGE_TOO_LARGE` */
export function readMaskHeader(part: Uint8Array): MaskHeader {
  return checkHeader(readJson(part, "a mask header"), maskHeaderSchema, "mask");
}

function checkHeader<T>(value: unknown, schema: z.ZodType<T>, type: string): T {
  // The version first: another one may have quite other keys, and "unknown version" says more than a list of those.
  const version = typeof value === "object" && value !== null ? (value as { v?: unknown }).v : undefined;
  if (typeof version === "number" && version !== WIRE_VERSION) {
    throw new MavsegError("MESSAGE_VERSION_UNKNOWN", {
      expected: `v ${WIRE_VERSION}`,
      actual: `v ${version}`,
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new MavsegError("MESSAGE_INVALID", {
    expected: `a ${type} header of docs/wire-format.md`,
    actual: issue ? `${issue.path.join(".") || "(top level)"}: ${issue.message}` : "something else",
  });
}

/** The beginning of a text from elsewhere, quoted so that it cannot spoil a terminal or a log. */
export function excerpt(text: string): string {
  const MAX_CHARS = 60;
  return JSON.stringify(text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text);
}
