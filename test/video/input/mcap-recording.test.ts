import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { McapWriter } from "@mcap/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadFfmpeg } from "../../../src/video/ffmpeg.js";
import { McapRecording } from "../../../src/video/input/mcap-recording.js";
import { foxgloveType } from "../../../src/video/mcap/foxglove-protobuf.js";
import { H264Encoder } from "../../../src/video/output/h264-encoder.js";
import type { Damage, RecordingOptions, ResumePoint } from "../../../src/video/recording.js";
import { squarePicture } from "../sample-video.js";

const WIDTH = 96;
const HEIGHT = 64;
const FRAMES = 20;
const START_NS = 1_700_000_000_000_000_000n;
const PERIOD_NS = 50_000_000n;
const ALL: RecordingOptions = {
  startS: 0,
  endS: Number.POSITIVE_INFINITY,
  every: 1,
  size: undefined,
  framesPerSecond: 30,
  topic: undefined,
};

let dir: string;
let file: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-mcap-recording-"));
  file = path.join(dir, "video.mcap");
  await writeFile(file, await videoRecording());
});
afterAll(() => rm(dir, { recursive: true }));

/** foxglove.CompressedVideo in protobuf: H.264, the parameter sets before the first picture. */
async function videoRecording(): Promise<Uint8Array> {
  const options = { width: WIDTH, height: HEIGHT, timeBase: { num: 1, den: 20 }, framesPerSecond: 20 };
  const encoder = await H264Encoder.open(await loadFfmpeg(), options);
  const pictures = [];
  for (let index = 0; index < FRAMES; index++) {
    pictures.push(...(await encoder.encode(squarePicture(WIDTH, HEIGHT, index * 4, 8), BigInt(index))));
  }
  const header = encoder.header;
  pictures.push(...(await encoder.finish()));
  const parts: Uint8Array[] = [];
  const writer = new McapWriter({
    writable: {
      position: () => BigInt(parts.reduce((sum, part) => sum + part.length, 0)),
      write: async (part) => parts.push(Uint8Array.from(part)),
    },
  });
  await writer.start({ profile: "", library: "test" });
  const { name, descriptor, type } = foxgloveType("CompressedVideo");
  const schemaId = await writer.registerSchema({ name, encoding: "protobuf", data: descriptor });
  const channelId = await writer.registerChannel({
    schemaId,
    topic: "/video",
    messageEncoding: "protobuf",
    metadata: new Map(),
  });
  for (const [index, { data }] of pictures.entries()) {
    const logTime = START_NS + BigInt(index) * PERIOD_NS;
    const timestamp = { seconds: 1_700_000_000, nanos: index * Number(PERIOD_NS) };
    const whole = index === 0 ? Buffer.concat([header, data]) : data;
    const message = type
      .encode(type.fromObject({ timestamp, frameId: "front", format: "h264", data: whole }))
      .finish();
    await writer.addMessage({ channelId, sequence: index, logTime, publishTime: logTime, data: message });
  }
  await writer.end();
  return Buffer.concat(parts);
}

async function read(options: Partial<RecordingOptions> = {}, after?: ResumePoint) {
  const recording = await McapRecording.open(file, { ...ALL, ...options });
  const pictures: { seq: number; ticks: bigint; left: number; rgb: Buffer; sec: number; nanosec: number }[] =
    [];
  const damage: Damage[] = [];
  for await (const item of recording.items(after)) {
    if (item.kind === "damage") {
      damage.push(item);
      continue;
    }
    const { seq, data, width, stamp } = item.frame;
    const row = data.subarray(16 * width * 3, 17 * width * 3);
    const left = Math.floor(row.findIndex((value) => value > 150) / 3);
    pictures.push({ seq, ticks: item.ticks, left, rgb: Buffer.from(data), ...stamp });
    item.release();
  }
  await recording.close();
  return { pictures, damage };
}

describe("a recording of compressed video", () => {
  test("gives every picture with its own stamp", async () => {
    const { pictures, damage } = await read();
    expect(damage).toEqual([]);
    expect(pictures.map(({ seq, left }) => [seq, left])).toEqual(
      Array.from({ length: FRAMES }, (_, index) => [index, index * 4]),
    );
    expect(pictures[7]).toMatchObject({ sec: 1_700_000_000, nanosec: 350_000_000, ticks: 31_500n });
  });

  test("gives the same pixels where a run goes on in the middle", async () => {
    const { pictures } = await read();
    for (const seq of [0, 9, 18]) {
      const { pictures: rest } = await read({}, { seq, ticks: pictures[seq]!.ticks, hasDamage: false });
      expect(rest).toEqual(pictures.slice(seq + 1));
    }
  });

  test("is cut by time and thinned", async () => {
    const { pictures } = await read({ startS: 0.25, endS: 0.75, every: 4 });
    expect(pictures.map(({ seq, left }) => [seq, left])).toEqual([
      [0, 20],
      [4, 36],
      [8, 52],
    ]);
  });

  test("knows how many pictures there are and how many a second", async () => {
    const recording = await McapRecording.open(file, { ...ALL, every: 2 });
    expect(recording.expectedFrames).toBe(FRAMES / 2);
    expect(recording.framesPerSecond).toBeCloseTo(FRAMES / 0.95 / 2, 9);
    await recording.close();
  });
});

test("what is no recording is refused", async () => {
  const other = path.join(dir, "other.mcap");
  await writeFile(other, "nothing of the kind, but long enough to be looked at");
  const recording = await McapRecording.open(other, ALL);
  await expect(recording.items().next()).rejects.toMatchObject({ code: "INPUT_UNREADABLE" });
  await recording.close();
});
