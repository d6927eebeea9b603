import type { Frame } from "../../src/core/frame.js";
import type { Mask } from "../../src/core/mask.js";

/** A small grey frame. */
export function sampleFrame(over: Partial<Frame> = {}): Frame {
  const { width = 8, height = 4 } = over;
  return {
    seq: 7,
    stamp: { sec: 1_700_000_000, nanosec: 250_000_000 },
    frameId: "cam0",
    width,
    height,
    step: width,
    encoding: "mono8",
    data: Uint8Array.from({ length: width * height }, (_, i) => i),
    ...over,
  };
}

/** A mask with a few pixels of class 1. */
export function sampleMask(over: Partial<Mask> = {}): Mask {
  const data = new Uint8Array(32).fill(1, 9, 13);
  return {
    seq: 7,
    stamp: { sec: 1_700_000_000, nanosec: 250_000_000 },
    frameId: "cam0",
    width: 8,
    height: 4,
    data,
    objects: [{ class: 1, pixels: 4, box: [1, 1, 4, 1], centroid: [2.5, 1] }],
    timing: { wait: 0.1234567, decode: 0, preprocess: 1, infer: 2, postprocess: 3 },
    ...over,
  };
}

/** What ZeroMQ would deliver of an outgoing message. */
export function asParts(message: readonly (string | Uint8Array)[]): Uint8Array[] {
  return message.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
}

/** The log of a test: keeps the messages. */
export function collectingLog() {
  const lines: { level: "info" | "warn"; message: string; fields: Record<string, unknown> }[] = [];
  const write = (level: "info" | "warn") => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  return { lines, info: write("info"), warn: write("warn") };
}
