import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Frame } from "../../../src/core/frame.js";
import { encodeRle8Into, rle8MaxBytes } from "../../../src/transport/rle8.js";
import { type ImageMessage, readImageMessage } from "../../../src/video/mcap/image-message.js";
import { McapFile, type McapMessage } from "../../../src/video/mcap/mcap-messages.js";
import { RecordWriter } from "../../../src/video/record/record-writer.js";

const CLASSES = [
  { id: 0, name: "dark", color: "#000000" },
  { id: 1, name: "bright", color: "#ffff00" },
];
const MODEL = { name: "m", sha256: "00" };
const WIDTH = 8;
const HEIGHT = 6;
const STEP = WIDTH * 3 + 5;
const ARRIVED_NS = 1_700_000_000_123_456_000n;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-record-writer-"));
});
afterAll(() => rm(dir, { recursive: true }));

const mask = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => (at % 7 === 3 ? 1 : 0));

function runLengths(): Uint8Array {
  const out = new Uint8Array(rle8MaxBytes(mask.length));
  return out.slice(0, encodeRle8Into(mask, out));
}

function rawFrame(seq: number): Frame {
  const data = Uint8Array.from({ length: STEP * HEIGHT }, (_, at) => (at * 37 + seq) & 255);
  const stamp = { sec: 1_700_000_000, nanosec: 1000 + seq };
  return { seq, stamp, frameId: "front", width: WIDTH, height: HEIGHT, step: STEP, encoding: "bgr8", data };
}

async function record(name: string, frames: readonly Frame[], hasOverlay = false): Promise<string> {
  const file = path.join(dir, name);
  const writer = await RecordWriter.create({ file, classes: CLASSES, model: MODEL, hasOverlay });
  const objects = [{ class: 1, pixels: 7, box: [0, 0, 8, 6] as const, centroid: [3, 3] as const }];
  for (const [index, frame] of frames.entries()) {
    const arrivedNs = ARRIVED_NS + BigInt(index) * 100_000_000n;
    expect(await writer.write({ frame, runLengths: runLengths(), objects, arrivedNs })).toBeUndefined();
  }
  await writer.end();
  return file;
}

async function messagesOf(file: string, topic: string): Promise<McapMessage[]> {
  const mcap = await McapFile.open(file);
  const messages: McapMessage[] = [];
  for await (const message of mcap.messages(topic)) {
    if (message.kind === "message") messages.push(message);
  }
  await mcap.close();
  return messages;
}

async function imagesOf(file: string, topic: string): Promise<ImageMessage[]> {
  const images = (await messagesOf(file, topic)).map(readImageMessage);
  return images.map((image) => ({ ...image, data: Uint8Array.from(image.data) }));
}

test("raw frames come back byte for byte, with padding, stamp and the time they came", async () => {
  const frames = [0, 1, 2].map(rawFrame);
  const file = await record("raw.mcap", frames);
  expect(await imagesOf(file, "/mavseg/frame")).toEqual(
    frames.map(({ stamp, frameId, width, height, step, encoding, data }) =>
      expect.objectContaining({
        kind: "raw",
        stamp,
        frameId,
        width,
        height,
        step,
        encoding,
        data,
      }),
    ),
  );
  const times = (await messagesOf(file, "/mavseg/frame")).map(({ logTime, publishTime }) => [
    logTime,
    publishTime,
  ]);
  expect(times[2]).toEqual([ARRIVED_NS + 200_000_000n, 1_700_000_000_000_001_002n]);
});

test("masks come back pixel for pixel, at the times of their frames", async () => {
  const file = path.join(dir, "raw.mcap");
  const images = await imagesOf(file, "/mavseg/mask");
  expect(images).toHaveLength(3);
  for (const { data } of images) {
    expect(new Uint8Array(await sharp(data).toColourspace("b-w").raw().toBuffer())).toEqual(mask);
  }
  const logTimes = async (topic: string) => (await messagesOf(file, topic)).map(({ logTime }) => logTime);
  for (const topic of ["/mavseg/mask", "/mavseg/annotations", "/mavseg/objects"]) {
    expect(await logTimes(topic)).toEqual(await logTimes("/mavseg/frame"));
  }
});

test("objects say which frame, and its time from the beginning", async () => {
  const messages = await messagesOf(path.join(dir, "raw.mcap"), "/mavseg/objects");
  const lines = messages.map(({ data }) => JSON.parse(Buffer.from(data).toString()));
  expect(lines[1]).toEqual({
    frame: 1,
    timeS: 0.1,
    stamp: { sec: 1_700_000_000, nanosec: 1001 },
    width: WIDTH,
    height: HEIGHT,
    objects: [{ class: 1, name: "bright", pixels: 7, box: [0, 0, 8, 6], centroid: [3, 3] }],
  });
});

test("JPEG files come back byte for byte on a topic of their own", async () => {
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  const grey = sharp(new Uint8Array(WIDTH * HEIGHT * 3).fill(90), { raw });
  const data = new Uint8Array(await grey.jpeg().toBuffer());
  const frame: Frame = { ...rawFrame(0), encoding: "jpeg", step: 0, data };
  const file = await record("jpeg.mcap", [frame, rawFrame(1)]);
  const [image] = await imagesOf(file, "/mavseg/frame/compressed");
  expect([image?.kind, image?.data]).toEqual(["file", data]);
  expect(await imagesOf(file, "/mavseg/frame")).toHaveLength(1);
});

test("every overlay is there at once, and a camera that changes its size begins a new film", async () => {
  const small = {
    ...rawFrame(0),
    width: 64,
    height: 48,
    step: 64,
    encoding: "mono8" as const,
    data: new Uint8Array(64 * 48),
  };
  const file = path.join(dir, "overlay.mcap");
  const writer = await RecordWriter.create({ file, classes: CLASSES, model: MODEL, hasOverlay: true });
  const write = (frame: Frame, at: number) => {
    const pixels = frame.width * frame.height;
    const out = new Uint8Array(rle8MaxBytes(pixels));
    const runs = out.slice(0, encodeRle8Into(new Uint8Array(pixels), out));
    return writer.write({
      frame,
      runLengths: runs,
      objects: [],
      arrivedNs: ARRIVED_NS + BigInt(at) * 33_000_000n,
    });
  };
  const large = { ...small, width: 80, step: 80, data: new Uint8Array(80 * 48) };
  for (const [index, frame] of [small, small, small, large, large].entries()) await write(frame, index);
  await writer.end();
  const images = await imagesOf(file, "/mavseg/overlay");
  const isKey = images.map(({ data }) => Buffer.from(data.subarray(0, 5)).toString("hex") === "0000000167");
  expect(isKey).toEqual([true, false, false, true, false]);
});

test("a frame that cannot be drawn on is kept without its overlay", async () => {
  const file = path.join(dir, "undrawable.mcap");
  const writer = await RecordWriter.create({ file, classes: CLASSES, model: MODEL, hasOverlay: true });
  const frame: Frame = { ...rawFrame(0), encoding: "jpeg", step: 0, data: Buffer.from("no jpeg") };
  const fault = await writer.write({ frame, runLengths: runLengths(), objects: [], arrivedNs: ARRIVED_NS });
  await writer.end();
  expect(fault).toMatch(/unsupported image/);
  expect(await messagesOf(file, "/mavseg/frame/compressed")).toHaveLength(1);
  expect(await messagesOf(file, "/mavseg/overlay")).toEqual([]);
});
