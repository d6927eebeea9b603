import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Frame } from "../../../src/core/frame.js";
import {
  type PlaybackOptions,
  type RecordedFrame,
  RecordedFrames,
} from "../../../src/video/playback/recorded-frames.js";
import { RecordWriter } from "../../../src/video/record/record-writer.js";

const WIDTH = 32;
const HEIGHT = 24;
const CLASSES = [{ id: 0, name: "dark", color: "#000000" }];
const MODEL = { name: "m", sha256: "00" };
const START_NS = 1_700_000_000_000_000_000n;
const NO_MASK = Uint8Array.of(0, 0x80 | ((WIDTH * HEIGHT) & 0x7f), (WIDTH * HEIGHT) >> 7);

let dir: string;
let raw: string;
let jpeg: string;
let jpegFile: Uint8Array;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-playback-"));
  const grey = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: "#808080" } });
  jpegFile = new Uint8Array(await grey.jpeg().toBuffer());
  raw = await record("raw.mcap", [0, 1, 2].map(rawFrame));
  jpeg = await record("jpeg.mcap", [{ ...rawFrame(0), encoding: "jpeg", step: 0, data: jpegFile }]);
});
afterAll(() => rm(dir, { recursive: true }));

function rawFrame(seq: number): Frame {
  const step = WIDTH * 3 + 4;
  const data = Uint8Array.from({ length: step * HEIGHT }, (_, at) => (at * 7 + seq) & 255);
  const stamp = { sec: 1_700_000_000, nanosec: seq };
  return { seq, stamp, frameId: "front", width: WIDTH, height: HEIGHT, step, encoding: "bgr8", data };
}

async function record(name: string, frames: readonly Frame[]): Promise<string> {
  const file = path.join(dir, name);
  const writer = await RecordWriter.create({ file, classes: CLASSES, model: MODEL, hasOverlay: true });
  for (const [index, frame] of frames.entries()) {
    const arrivedNs = START_NS + BigInt(index) * 40_000_000n;
    await writer.write({ frame, runLengths: NO_MASK, objects: [], arrivedNs });
  }
  await writer.end();
  return file;
}

async function play(file: string, options: Partial<PlaybackOptions> = {}, most = 100) {
  const damage: string[] = [];
  const recording = await RecordedFrames.open(file, {
    topic: undefined,
    encoding: undefined,
    size: undefined,
    frameId: undefined,
    loop: false,
    onDamage: (detail) => damage.push(detail),
    ...options,
  });
  const frames: RecordedFrame[] = [];
  for await (const frame of recording.frames()) {
    frames.push({ ...frame, data: Uint8Array.from(frame.data) });
    if (frames.length === most) break;
  }
  return { frames, damage, topic: recording.topic };
}

describe("the frames of a recording", () => {
  test("are those of the camera, not the masks and overlays beside them, byte for byte", async () => {
    const { frames, damage, topic } = await play(raw);
    expect([topic, damage]).toEqual(["/mavseg/frame", []]);
    expect(frames).toEqual(
      [0, 1, 2].map((seq) => {
        const { width, height, step, encoding, data } = rawFrame(seq);
        const timeNs = START_NS + BigInt(seq) * 40_000_000n;
        return { width, height, step, encoding, data, frameId: "front", timeNs };
      }),
    );
  });

  test("that were JPEG files are these files", async () => {
    const { frames } = await play(jpeg);
    expect(frames).toMatchObject([{ width: WIDTH, height: HEIGHT, step: 0, encoding: "jpeg" }]);
    expect(frames[0]?.data).toEqual(jpegFile);
  });

  test("that were PNG files have the size of these", async () => {
    const { frames } = await play(raw, { topic: "/mavseg/mask" });
    expect(frames.map(({ width, height, encoding }) => [width, height, encoding])).toEqual(
      [0, 1, 2].map(() => [WIDTH, HEIGHT, "png"]),
    );
  });

  test("that were video are rgb8", async () => {
    const { frames, damage } = await play(raw, { topic: "/mavseg/overlay" });
    expect(damage).toEqual([]);
    expect(frames.map(({ encoding, step, data }) => [encoding, step, data.length])).toEqual(
      [0, 1, 2].map(() => ["rgb8", WIDTH * 3, WIDTH * HEIGHT * 3]),
    );
  });

  test("are brought to another encoding, size and name where that is wanted", async () => {
    const size = { width: 16, height: 12 };
    const { frames } = await play(jpeg, { encoding: "mono8", size, frameId: "other" });
    expect(frames).toMatchObject([{ ...size, step: 16, encoding: "mono8", frameId: "other" }]);
    for (const value of frames[0]?.data ?? []) expect(Math.abs(value - 128)).toBeLessThanOrEqual(2);
  });

  test("come again and again when looped", async () => {
    const { frames } = await play(raw, { loop: true }, 7);
    expect(frames.map(({ timeNs }) => Number(timeNs - START_NS) / 1e6)).toEqual([0, 40, 80, 0, 40, 80, 0]);
  });

  test("of a recording that was cut off come as far as it goes, from the camera's topic alone", async () => {
    const cut = path.join(dir, "cut.mcap.part");
    const many = await record(
      "many.mcap",
      Array.from({ length: 900 }, (_, seq) => rawFrame(seq)),
    );
    const bytes = await readFile(many);
    await writeFile(cut, bytes.subarray(0, bytes.length * 0.7));
    const { frames, damage, topic } = await play(cut, {}, 10_000);
    expect(topic).toBeUndefined();
    expect(damage).toEqual([expect.stringContaining("cut off")]);
    expect(frames.length).toBeGreaterThan(300);
    expect(new Set(frames.map(({ encoding }) => encoding))).toEqual(new Set(["bgr8"]));
  });

  test("a topic that is not there is refused, with those that are", async () => {
    await expect(play(raw, { topic: "/other" })).rejects.toMatchObject({
      code: "USAGE",
      expected: expect.stringMatching(
        /^--source-topic to be one of .*\/mavseg\/frame \(foxglove\.RawImage\)/,
      ),
    });
  });
});
