import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VideoFile } from "../../../src/video/input/video-file.js";
import type { Damage, RecordingOptions, ResumePoint } from "../../../src/video/recording.js";
import { type SampleVideo, squarePicture, writeSampleVideo } from "../sample-video.js";

const WIDTH = 96;
const HEIGHT = 64;
const FRAMES = 30;
const MILLISECONDS = { num: 1, den: 1000 };
const ALL: RecordingOptions = {
  startS: 0,
  endS: Number.POSITIVE_INFINITY,
  every: 1,
  size: undefined,
  framesPerSecond: 30,
  topic: undefined,
};
const even: SampleVideo = {
  width: WIDTH,
  height: HEIGHT,
  timeBase: MILLISECONDS,
  ticks: Array.from({ length: FRAMES }, (_, index) => index * 40),
  draw: (index) => squarePicture(WIDTH, HEIGHT, index * 2, 8),
};

const noise = Uint8Array.from({ length: WIDTH * HEIGHT * 3 + 90 }, (_, index) => (index * 7919) % 251);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-video-file-"));
});
afterAll(() => rm(dir, { recursive: true }));

interface Seen {
  readonly seq: number;
  readonly ms: number;
  readonly width: number;
  readonly height: number;
  /** Left end of the white square in its middle row. */
  readonly left: number;
  readonly rgb: Buffer;
}

async function read(file: string, options: Partial<RecordingOptions> = {}, after?: ResumePoint) {
  const video = await VideoFile.open(file, { ...ALL, ...options });
  const pictures: Seen[] = [];
  const damage: Damage[] = [];
  try {
    for await (const item of video.items(after)) {
      if (item.kind === "damage") {
        damage.push(item);
        continue;
      }
      const { seq, stamp, width, height, data } = item.frame;
      const row = data.subarray(16 * width * 3, 17 * width * 3);
      const left = row.findIndex((value) => value > 150) / 3;
      const ms = stamp.sec * 1000 + stamp.nanosec / 1e6;
      pictures.push({ seq, ms, width, height, left: Math.floor(left), rgb: Buffer.from(data) });
      item.release();
    }
  } finally {
    await video.close();
  }
  return { pictures, damage };
}

describe("a video", () => {
  test.each(["mp4", "mkv", "mov", "ts"])("as %s gives every picture with its time", async (format) => {
    const file = path.join(dir, `even.${format}`);
    await writeSampleVideo(file, even);
    const { pictures, damage } = await read(file);
    expect(damage).toEqual([]);
    expect(pictures.map(({ seq }) => seq)).toEqual(Array.from({ length: FRAMES }, (_, index) => index));
    expect(pictures.map(({ ms }) => Math.round(ms))).toEqual(even.ticks);
    expect(pictures.map(({ left }) => left)).toEqual(Array.from({ length: FRAMES }, (_, index) => index * 2));
  });

  test.each([
    ["raw H.264", "raw.h264", { isRaw: true }],
    ["raw HEVC", "raw.hevc", { isRaw: true, codec: "hevc" as const }],
    ["HEVC in MP4", "hevc.mp4", { codec: "hevc" as const }],
  ])("in %s gives every picture in its order", async (_, name, kind) => {
    const file = path.join(dir, name);
    const timeBase = { num: 1, den: 25 };
    await writeSampleVideo(file, { ...even, ...kind, timeBase, ticks: even.ticks.map((ms) => ms / 40) });
    const { pictures, damage } = await read(file);
    expect(damage).toEqual([]);
    expect(pictures.map(({ ms }) => Math.round(ms))).toEqual(even.ticks);
    expect(pictures.map(({ left }) => left)).toEqual(
      Array.from({ length: FRAMES }, (_value, index) => index * 2),
    );
  });

  test("keeps uneven times", async () => {
    const file = path.join(dir, "uneven.mkv");
    const ticks = [0, 11, 97, 100, 350, 351, 900];
    await writeSampleVideo(file, { ...even, ticks });
    const { pictures } = await read(file);
    expect(pictures.map(({ ms }) => ms)).toEqual(ticks);
  });

  test("comes in the colours it was made of", async () => {
    const file = path.join(dir, "colour.mp4");
    const color = [200, 60, 30];
    const draw = () => Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => color[index % 3]!);
    await writeSampleVideo(file, { ...even, draw });
    const [first] = (await read(file)).pictures;
    // Two steps of rounding, to limited range and back; BT.601 in place of BT.709 would be off by 20.
    for (const [index, value] of color.entries())
      expect(Math.abs(first!.rgb[index]! - value)).toBeLessThanOrEqual(3);
  });

  test.each([
    [1, HEIGHT, WIDTH],
    [2, WIDTH, HEIGHT],
    [3, HEIGHT, WIDTH],
  ])("that is marked to be turned by %i quarters is turned", async (quarterTurns, width, height) => {
    const file = path.join(dir, `turned${quarterTurns}.mp4`);
    const draw = () => squarePicture(WIDTH, HEIGHT, 0, 0);
    await writeSampleVideo(file, { ...even, draw, quarterTurns });
    const [picture] = (await read(file)).pictures;
    expect([picture!.width, picture!.height]).toEqual([width, height]);
    const bright = (x: number, y: number) => picture!.rgb[(y * width + x) * 3]! > 150;
    const corners = [
      bright(4, 4),
      bright(width - 5, 4),
      bright(width - 5, height - 5),
      bright(4, height - 5),
    ];
    // The square lies in the first corner and goes round clockwise.
    expect(corners.map((isBright, index) => (isBright ? index : -1)).filter((index) => index >= 0)).toEqual([
      quarterTurns,
    ]);
  });

  test("is cut by --start and --end, thinned by --every, and counted from --start", async () => {
    const file = path.join(dir, "even.mp4");
    const { pictures } = await read(file, { startS: 0.4, endS: 0.8, every: 3 });
    expect(pictures.map(({ seq, ms }) => [seq, Math.round(ms)])).toEqual([
      [0, 400],
      [3, 520],
      [6, 640],
      [9, 760],
    ]);
  });

  test("is brought to a size", async () => {
    const [picture] = (await read(path.join(dir, "even.mp4"), { size: { width: 48, height: 40 } })).pictures;
    expect([picture!.width, picture!.height, picture!.rgb.length]).toEqual([48, 40, 48 * 40 * 3]);
  });

  test.each(["even.mp4", "even.ts"])(
    "shows the same pixels after a jump into it as when read through: %s",
    async (name) => {
      const file = path.join(dir, name);
      const { pictures } = await read(file);
      const whole = await VideoFile.open(file, ALL);
      const ticks: bigint[] = [];
      for await (const item of whole.items()) if (item.kind === "picture") ticks.push(item.ticks);
      await whole.close();
      for (const seq of [0, 11, 12, 20, 28]) {
        const after = { seq, ticks: ticks[seq]!, hasDamage: false };
        const { pictures: rest } = await read(file, {}, after);
        expect(rest.map(({ seq, ms }) => [seq, ms])).toEqual(
          pictures.slice(seq + 1).map(({ seq, ms }) => [seq, ms]),
        );
        expect(rest.every(({ rgb }, index) => rgb.equals(pictures[seq + 1 + index]!.rgb))).toBe(true);
      }
    },
  );
});

describe("a damaged video", () => {
  test("that was cut off gives what is there, and says where it ends", async () => {
    const file = path.join(dir, "cut.mkv");
    // Long, so that the header's duration lies far behind the cut.
    const ticks = Array.from({ length: 90 }, (_, index) => index * 40);
    await writeSampleVideo(file, {
      ...even,
      ticks,
      draw: (index) => noise.subarray(index, index + WIDTH * HEIGHT * 3),
    });
    const { length } = await readFile(file);
    await truncate(file, Math.floor(length / 3));
    const { pictures, damage } = await read(file);
    expect(pictures.length).toBeGreaterThan(10);
    expect(pictures.length).toBeLessThan(60);
    expect(damage.at(-1)).toMatchObject({ fault: "truncated", timeS: pictures.at(-1)!.ms / 1000 });
  });

  test.each(["ts", "mp4"])(
    "with spoilt bytes lists the places, and goes on after them: %s",
    async (format) => {
      const file = path.join(dir, `spoilt.${format}`);
      // Noise, so that a picture is some kilobytes and the spoilt bytes lie in few of them.
      await writeSampleVideo(file, {
        ...even,
        draw: (index) => noise.subarray(index, index + WIDTH * HEIGHT * 3),
      });
      const bytes = await readFile(file);
      // Behind the second key frame, over several small pictures and where one ends and the next begins.
      const at = Math.floor(bytes.length * 0.6);
      bytes.fill(0x55, at, at + 3000);
      await writeFile(file, bytes);
      const { pictures, damage } = await read(file);
      expect(damage.length).toBeGreaterThan(0);
      for (const { timeS } of damage) expect(timeS).toBeGreaterThan(0);
      expect(Math.round(pictures.at(-1)!.ms)).toBe(even.ticks.at(-1));
      const again = await read(file);
      expect(again.damage).toEqual(damage);
      expect(again.pictures.every(({ rgb }, index) => rgb.equals(pictures[index]!.rgb))).toBe(true);
    },
  );

  test.each([
    ["no video", "nothing of the kind"],
    ["nothing", ""],
  ])("that is %s is refused with its name", async (_, content) => {
    const file = path.join(dir, "other.mp4");
    await writeFile(file, content);
    await expect(read(file)).rejects.toMatchObject({
      code: "INPUT_UNREADABLE",
      expected: `a video in ${file}`,
    });
  });
});
