import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, watch, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeRle8 } from "../../src/transport/rle8.js";
import { loadFfmpeg } from "../../src/video/ffmpeg.js";
import { VideoFile } from "../../src/video/input/video-file.js";
import type { IndexLine } from "../../src/video/output/index-files.js";
import { squarePicture, writeSampleVideo } from "../video/sample-video.js";
import { hashFolder } from "./hash-folder.js";
import { lastJson, mavseg } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

const WIDTH = 320;
const HEIGHT = 240;
const SIDE = 16;
/** Several outputs in chunks so short that there are many to be killed in. */
const CHUNKED = "--masks png rle --overlay mp4 --index jsonl csv --chunk-frames 40".split(" ");

let dir: string;
let model: string;
let short: string;
let long: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-video-"));
  model = await writeTinyModel();
  short = path.join(dir, "short.mp4");
  long = path.join(dir, "long.mp4");
  const sample = { width: WIDTH, height: HEIGHT, timeBase: { num: 1, den: 1000 } };
  // Uneven times: a picture every 30 ms, and a pause in the middle.
  const ticks = Array.from({ length: 45 }, (_, index) => index * 30 + (index > 20 ? 500 : 0));
  const draw = (index: number) => squarePicture(WIDTH, HEIGHT, index * 4, 40, SIDE);
  await writeSampleVideo(short, { ...sample, ticks, draw, hasSound: true });
  await writeSampleVideo(long, {
    ...sample,
    ticks: Array.from({ length: 400 }, (_, index) => index * 40),
    draw: (index) => squarePicture(WIDTH, HEIGHT, (index * 4) % (WIDTH - SIDE), index % 200, SIDE),
    keyFrameEvery: 25,
  });
});
afterAll(async () => {
  await rm(dir, { recursive: true });
  await rm(path.dirname(model), { recursive: true });
});

function video(input: string, out: string, ...args: readonly string[]) {
  return mavseg(
    "video",
    "--model",
    model,
    "--input",
    input,
    "--out",
    path.join(dir, out),
    "--threads",
    "1",
    ...args,
  );
}

async function readIndex(out: string): Promise<IndexLine[]> {
  const text = await readFile(path.join(dir, out, "index.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as IndexLine);
}

/** Of every file of a run, without those that are of times. */
const hashes = (out: string) => hashFolder(path.join(dir, out));

/** Resolves when a file or folder is there. */
async function appears(file: string): Promise<void> {
  const folder = path.dirname(file);
  if (!existsSync(folder)) await appears(folder);
  const changes = watch(folder);
  if (existsSync(file)) return;
  for await (const _ of changes) if (existsSync(file)) return;
}

describe("mavseg video", () => {
  test("writes masks, index and overlay of a video, with its times and its sound", async () => {
    const args = ["--masks", "png", "npy", "rle", "--overlay", "mp4", "png", "--index", "jsonl", "csv"];
    const { code, stdout, stderr } = await video(
      short,
      "short",
      ...args,
      "--chunk-frames",
      "20",
      "--json",
    ).ended();
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const [summary] = lastJson(stdout) as unknown as [Record<string, unknown>];
    expect(summary).toMatchObject({ frames: 45, resumedFrames: 0, damage: [], isFinished: true });
    const names = await readdir(path.join(dir, "short"));
    expect(names.sort()).toEqual(
      [
        "damage.jsonl",
        "index.csv",
        "index.jsonl",
        "masks",
        "overlay",
        "overlay.mp4",
        "report.html",
        "times.js",
        "times.jsonl",
        "video.json",
      ].sort(),
    );
    const index = await readIndex("short");
    expect(index.map(({ frame }) => frame)).toEqual(Array.from({ length: 45 }, (_, frame) => frame));
    expect(index[30]).toMatchObject({ frame: 30, timeS: 1.4, width: WIDTH, height: HEIGHT });
    const [object] = index[30]!.objects;
    expect(object).toMatchObject({ class: 1, name: "bright" });
    expect(Math.abs(object!.box[0]! - 120)).toBeLessThanOrEqual(1);

    const [csvHead, ...rows] = (await readFile(path.join(dir, "short/index.csv"), "utf8")).trim().split("\n");
    expect(csvHead).toMatch(/^frame,time_s,class,/);
    expect(rows).toHaveLength(45);

    const png = await sharp(path.join(dir, "short/masks/000030.png")).toColourspace("b-w").raw().toBuffer();
    const rle = decodeRle8(await readFile(path.join(dir, "short/masks/000030.rle")), WIDTH * HEIGHT);
    const npy = (await readFile(path.join(dir, "short/masks/000030.npy"))).subarray(-WIDTH * HEIGHT);
    expect(png.equals(rle)).toBe(true);
    expect(npy.equals(rle)).toBe(true);
    expect(rle.reduce((sum, id) => sum + id, 0)).toBe(object!.pixels);
  });

  test("writes a report with a curve and thumbnails of each class", async () => {
    const page = await readFile(path.join(dir, "short/report.html"), "utf8");
    expect(page).toContain("45 pictures, 1.8 s; model bright");
    expect(page).toContain("in 100 % of the pictures");
    // The curve of the one class, and the way of the one square.
    expect(page.match(/<polyline/g)).toHaveLength(2);
    expect(page).toContain("1 track.");
    expect(page).toContain("<td>bright</td><td>0.0 s</td><td>1.8 s</td><td>45</td>");
    expect(page.match(/src="data:image\/jpeg;base64,/g)!.length).toBeGreaterThan(1);
    const times = await readFile(path.join(dir, "short/times.js"), "utf8");
    expect(times).toMatch(
      /^showTimes\(\{"percentiles":\[50,95,99\],"rows":\[\{"stage":"decode","values":\[[\d.]+,/,
    );
  });

  test("keeps the times of the pictures in the overlay, and the sound", async () => {
    const overlay = path.join(dir, "short/overlay.mp4");
    const options = {
      startS: 0,
      endS: Infinity,
      every: 1,
      size: undefined,
      framesPerSecond: 30,
      topic: undefined,
    };
    const film = await VideoFile.open(overlay, options);
    const times: number[] = [];
    for await (const item of film.items()) {
      if (item.kind === "picture") times.push(item.frame.stamp.sec * 1000 + item.frame.stamp.nanosec / 1e6);
    }
    await film.close();
    const index = await readIndex("short");
    expect(times.map(Math.round)).toEqual(index.map(({ timeS }) => Math.round(timeS * 1000)));

    const { lib, constants } = await loadFfmpeg();
    const format = new lib.FormatContext();
    await format.openInput(overlay);
    await format.findStreamInfo();
    const sound = format.streams[format.findBestStream(constants.AVMEDIA_TYPE_AUDIO)]!;
    expect(lib.avGetCodecName(sound.codecpar.codecId)).toBe("aac");
    const seconds = Number(sound.duration) * sound.timeBase.toDouble();
    expect(seconds).toBeGreaterThan(1.4);
    expect(seconds).toBeLessThan(1.6);
    await format.closeInput();
  });

  test("takes a folder of images in natural order", async () => {
    const folder = path.join(dir, "images");
    await mkdir(folder);
    for (const number of [1, 2, 10]) {
      const rgb = squarePicture(WIDTH, HEIGHT, number * 10, 40, SIDE);
      await sharp(rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .png()
        .toFile(path.join(folder, `frame${number}.png`));
    }
    await writeFile(path.join(folder, "frame3.png"), "no picture");
    const { code, stdout } = await video(folder, "images-out", "--fps", "10", "--json").ended();
    expect(code).toBe(0);
    const [{ damage }] = lastJson(stdout) as unknown as [{ damage: unknown[] }];
    expect(damage).toEqual([expect.objectContaining({ fault: "lost", timeS: 0.2 })]);
    const index = await readIndex("images-out");
    expect(index.map(({ frame, timeS, objects }) => [frame, timeS, objects[0]!.box[0]])).toEqual([
      [0, 0, 10],
      [1, 0.1, 20],
      [3, 0.3, 100],
    ]);
  });
});

describe("a run that is killed", () => {
  test("three times goes on with --resume and writes the same bytes as one that is not", async () => {
    expect((await video(long, "whole", ...CHUNKED).ended()).code).toBe(0);
    for (const chunk of ["000001", "000004", "000007"]) {
      const running = video(long, "killed", ...CHUNKED, "--resume");
      // On a busy machine the run could end before the test gets a core to see the chunk.
      running.lowerPriority();
      await appears(path.join(dir, "killed/unfinished/chunks", chunk));
      running.kill("SIGKILL");
      expect((await running.ended()).code).toBeNull();
      expect(await readdir(path.join(dir, "killed"))).toEqual(["unfinished"]);
    }
    const { code, stdout } = await video(long, "killed", ...CHUNKED, "--resume", "--json").ended();
    expect(code).toBe(0);
    const [summary] = lastJson(stdout) as unknown as [{ frames: number; resumedFrames: number }];
    expect(summary.frames).toBe(400);
    expect(summary.resumedFrames).toBeGreaterThanOrEqual(320);
    expect(await hashes("killed")).toEqual(await hashes("whole"));
  });

  test("goes on to the same bytes where earlier pictures count, too", async () => {
    const whole = await video(long, "temporal", ...CHUNKED, "--temporal").ended();
    expect([whole.code, whole.stderr]).toEqual([0, expect.any(String)]);
    const expected = await hashes("temporal");
    expect(expected["index.jsonl"]).not.toBe((await hashes("whole"))["index.jsonl"]);
    for (const chunk of ["000001", "000005"]) {
      const running = video(long, "temporal-killed", ...CHUNKED, "--temporal", "--resume");
      await appears(path.join(dir, "temporal-killed/unfinished/chunks", chunk));
      running.kill("SIGKILL");
      await running.ended();
    }
    const without = await video(long, "temporal-killed", ...CHUNKED, "--resume").ended();
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining("engine.temporal")]);
    const resumed = await video(long, "temporal-killed", ...CHUNKED, "--temporal", "--resume").ended();
    expect(resumed.code).toBe(0);
    expect(await hashes("temporal-killed")).toEqual(expected);
  });

  test("on a damaged recording goes on to the same bytes and the same list of damage", async () => {
    const spoilt = path.join(dir, "spoilt.ts");
    await writeSampleVideo(spoilt, {
      width: WIDTH,
      height: HEIGHT,
      timeBase: { num: 1, den: 1000 },
      ticks: Array.from({ length: 200 }, (_, index) => index * 40),
      draw: (index) => squarePicture(WIDTH, HEIGHT, index, index % 200, SIDE),
    });
    const bytes = await readFile(spoilt);
    for (const share of [0.1, 0.5, 0.8]) {
      const start = Math.floor(bytes.length * share);
      bytes.fill(0x55, start, start + 2000);
    }
    await writeFile(spoilt, bytes);
    expect((await video(spoilt, "spoilt", ...CHUNKED).ended()).code).toBe(0);
    expect(
      (await readFile(path.join(dir, "spoilt/damage.jsonl"), "utf8")).split("\n").length,
    ).toBeGreaterThan(3);
    for (const chunk of ["000000", "000002"]) {
      const running = video(spoilt, "spoilt-killed", ...CHUNKED, "--resume");
      await appears(path.join(dir, "spoilt-killed/unfinished/chunks", chunk));
      running.kill("SIGKILL");
      await running.ended();
    }
    expect((await video(spoilt, "spoilt-killed", ...CHUNKED, "--resume").ended()).code).toBe(0);
    expect(await hashes("spoilt-killed")).toEqual(await hashes("spoilt"));
  });

  test("is not gone on with under other options", async () => {
    const running = video(long, "other", ...CHUNKED);
    await appears(path.join(dir, "other/unfinished/chunks/000000"));
    running.kill("SIGKILL");
    await running.ended();
    const { code, stderr } = await video(long, "other", ...CHUNKED, "--every", "2", "--resume").ended();
    expect(code).toBe(2);
    expect(stderr).toContain("RESUME_MISMATCH");
    expect(stderr).toContain("recording.every");
  });

  test("that is stopped by Ctrl-C says how to go on", async () => {
    const running = video(long, "stopped", ...CHUNKED);
    await appears(path.join(dir, "stopped/unfinished/chunks/000000"));
    running.kill("SIGINT");
    const { code, stdout } = await running.ended();
    expect(code).toBe(130);
    expect(stdout).toContain("--resume");
  });
});

describe("earlier outputs", () => {
  test("are not touched without --force", async () => {
    const before = await hashes("images-out");
    const refused = await video(path.join(dir, "images"), "images-out").ended();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("OUTPUT_EXISTS");
    expect(await hashes("images-out")).toEqual(before);
    expect(
      (await video(path.join(dir, "images"), "images-out", "--force", "--fps", "10", "--end", "0.1").ended())
        .code,
    ).toBe(0);
    expect(await readIndex("images-out")).toHaveLength(1);
  });

  test("of a finished run are left alone by --resume", async () => {
    const before = await hashes("whole");
    const { code, stdout } = await video(long, "whole", ...CHUNKED, "--resume").ended();
    expect(code).toBe(0);
    expect(stdout).toContain("finished before");
    expect(await hashes("whole")).toEqual(before);
  });
});

test("pictures of several sizes make no film, and the error says what helps", async () => {
  const folder = path.join(dir, "sizes");
  await mkdir(folder);
  for (const [name, width] of [
    ["a", 64],
    ["b", 80],
  ] as const) {
    const raw = { width, height: 48, channels: 3 } as const;
    await sharp(squarePicture(width, 48, 8, 8), { raw })
      .png()
      .toFile(path.join(folder, `${name}.png`));
  }
  const { code, stderr } = await video(folder, "sizes-out", "--overlay", "mp4").ended();
  expect(code).toBe(1);
  expect(stderr).toContain("OVERLAY_FAILED");
  expect(stderr).toContain("64x48 px");
  expect(stderr).toContain("80x48 px");
  expect(
    (await video(folder, "sizes-out", "--overlay", "mp4", "--size", "64x48", "--force").ended()).code,
  ).toBe(0);
});

test.each([
  ["a wrong size", ["--size", "12"], "--size"],
  ["a wrong time", ["--start", "soon"], "--start"],
  ["an unknown format", ["--masks", "gif"], "--masks"],
])("%s is refused", async (_, args, named) => {
  const { code, stderr } = await video(short, "refused", ...args).ended();
  expect(code).toBe(2);
  expect(stderr).toContain(named);
});
