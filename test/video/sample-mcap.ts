import sharp from "sharp";
import { encodeRle8Into, rle8MaxBytes } from "../../src/transport/rle8.js";
import { RecordWriter } from "../../src/video/record/record-writer.js";

export interface SampleMcap {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** `[height, width, 3]` RGB of one picture. */
  readonly draw: (index: number) => Uint8Array;
}

const CLASSES = ["dark", "bright"].map((name, id) => ({ id, name, color: "#808080" }));
const START_MS = 1_700_000_000_000;
const PERIOD_MS = 50;
const MS_PER_S = 1000;
const NS_PER_MS = 1_000_000;

/** Writes what `mavseg run --record --record-overlay` writes of a camera that sends JPEG, with masks that are empty. */
export async function writeSampleMcap(file: string, sample: SampleMcap): Promise<void> {
  const { width, height, frames, draw } = sample;
  const model = { name: "none", sha256: "00" };
  const writer = await RecordWriter.create({ file, classes: CLASSES, model, hasOverlay: true });
  const memory = new Uint8Array(rle8MaxBytes(width * height));
  const runLengths = memory.slice(0, encodeRle8Into(new Uint8Array(width * height), memory));
  for (let seq = 0; seq < frames; seq++) {
    const ms = START_MS + seq * PERIOD_MS;
    const stamp = { sec: Math.floor(ms / MS_PER_S), nanosec: (ms % MS_PER_S) * NS_PER_MS };
    const data = await sharp(draw(seq), { raw: { width, height, channels: 3 } })
      .jpeg()
      .toBuffer();
    const frame = { seq, stamp, frameId: "front", width, height, step: 0, encoding: "jpeg" as const, data };
    await writer.write({ frame, runLengths, objects: [], arrivedNs: BigInt(ms) * BigInt(NS_PER_MS) });
  }
  await writer.end();
}
