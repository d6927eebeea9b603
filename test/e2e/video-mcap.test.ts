import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IndexLine } from "../../src/video/output/index-files.js";
import { lastJson, mavseg } from "./processes.js";
import { PYTHON } from "./python-environment.js";
import { writeTinyModel } from "./tiny-model.js";

const run = promisify(execFile);
const RECORDINGS = fileURLToPath(new URL("recordings.py", import.meta.url));
// As in recordings.py.
const FRAMES = 12;
const SIDE = 16;
const START_NS = 1_700_000_000_123_456_789n;
const PERIOD_NS = 50_000_000n;
const TAKEN_BEFORE_NS = 1_000_000n;

let dir: string;
let model: string;
let ros2: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-video-mcap-"));
  model = await writeTinyModel();
  const folder = path.join(dir, "ros2");
  await run(PYTHON, [RECORDINGS, "ros2", folder]);
  ros2 = path.join(folder, (await readdir(folder)).find((name) => name.endsWith(".mcap"))!);
  for (const compression of ["none", "zstd", "lz4"]) {
    await run(PYTHON, [RECORDINGS, "foxglove", path.join(dir, `${compression}.mcap`), compression]);
  }
});
afterAll(async () => {
  await rm(dir, { recursive: true });
  await rm(path.dirname(model), { recursive: true });
});

async function video(input: string, out: string, ...args: readonly string[]) {
  const given = [
    "--model",
    model,
    "--input",
    input,
    "--out",
    path.join(dir, out),
    "--threads",
    "1",
    "--json",
  ];
  const ended = await mavseg("video", ...given, ...args).ended();
  return {
    ...ended,
    summary: ended.code === 0 ? (lastJson(ended.stdout) as unknown as [Summary])[0] : undefined,
  };
}

interface Summary {
  readonly frames: number;
  readonly damage: readonly { readonly fault: string; readonly offsetBytes: number | null }[];
}

async function readIndex(out: string): Promise<IndexLine[]> {
  const text = await readFile(path.join(dir, out, "index.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as IndexLine);
}

function stampOf(index: number) {
  const ns = START_NS + BigInt(index) * PERIOD_NS - TAKEN_BEFORE_NS;
  return { sec: Number(ns / 1_000_000_000n), nanosec: Number(ns % 1_000_000_000n) };
}

/** What the index has to say of pictures from one on. */
function expected(first = 0) {
  return Array.from({ length: FRAMES - first }, (_, at) => {
    const frame = first + at;
    return expect.objectContaining({
      frame,
      stamp: stampOf(frame),
      objects: [
        {
          class: 1,
          name: "bright",
          pixels: SIDE * SIDE,
          box: [frame * 4, 8, SIDE, SIDE],
          centroid: [frame * 4 + 7.5, 15.5],
        },
      ],
    });
  });
}

describe("recordings of others", () => {
  test.each(["/raw", "/small"])("ROS 2 messages written by rosbags are read from %s", async (topic) => {
    const out = `ros2${topic.slice(1)}`;
    const { code, stderr, summary } = await video(ros2, out, "--topic", topic);
    expect([code, summary?.damage], stderr).toEqual([0, []]);
    expect(await readIndex(out)).toEqual(expected());
  });

  test.each(["none", "zstd", "lz4"])(
    "Foxglove messages written by mcap are read from %s chunks",
    async (compression) => {
      const { code, stderr, summary } = await video(path.join(dir, `${compression}.mcap`), compression);
      expect([code, summary?.damage], stderr).toEqual([0, []]);
      expect(await readIndex(compression)).toEqual(expected());
    },
  );

  test("the topics to choose from are named", async () => {
    const several = await video(ros2, "unnamed");
    expect(several.code).toBe(2);
    expect(several.stderr).toContain(
      "/raw (sensor_msgs/msg/Image), /small (sensor_msgs/msg/CompressedImage)",
    );
    const wrong = await video(ros2, "unnamed", "--topic", "/other");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("/other");
  });

  test("one that was cut off gives the pictures before the cut", async () => {
    const file = path.join(dir, "cut.mcap");
    await writeFile(file, await readFile(path.join(dir, "none.mcap")));
    const { length } = await readFile(file);
    await truncate(file, Math.floor(length / 2));
    const { code, stderr, summary } = await video(file, "cut");
    expect(code, stderr).toBe(0);
    expect(summary!.damage.map(({ fault }) => fault)).toEqual(["truncated"]);
    const index = await readIndex("cut");
    expect(index.length).toBeGreaterThan(2);
    expect(index).toEqual(expected().slice(0, index.length));
  });

  test("one with spoilt bytes gives the pictures of the other chunks, and the place", async () => {
    const file = path.join(dir, "spoilt.mcap");
    const bytes = await readFile(path.join(dir, "none.mcap"));
    const at = bytes.indexOf('"frame_id"', Math.floor(bytes.length / 2));
    bytes.fill(0, at, at + 20);
    await writeFile(file, bytes);
    const { code, stderr, summary } = await video(file, "spoilt");
    expect(code, stderr).toBe(0);
    expect(summary!.damage).toHaveLength(1);
    const [{ fault, offsetBytes }] = summary!.damage as [Summary["damage"][number]];
    expect(fault).toBe("lost");
    expect(offsetBytes).toBeLessThan(at);
    expect(offsetBytes).toBeGreaterThan(at - 60_000);
    const frames = (await readIndex("spoilt")).length;
    expect(frames).toBeLessThan(FRAMES);
    expect(frames).toBeGreaterThan(FRAMES / 2);
  });
});

describe("--mcap", () => {
  test("is read by Python's mcap, with the original stamps", async () => {
    const { code, stderr } = await video(
      ros2,
      "result",
      "--topic",
      "/raw",
      "--mcap",
      "masks.mcap",
      "--chunk-frames",
      "5",
    );
    expect(code, stderr).toBe(0);
    const { stdout } = await run(PYTHON, [RECORDINGS, "read", path.join(dir, "result/masks.mcap")]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(FRAMES * 4);
    const of = (topic: string) => lines.filter((line) => line.topic === topic);
    for (const [index, mask] of of("/mavseg/mask").entries()) {
      const logged = START_NS + BigInt(index) * PERIOD_NS;
      expect(mask).toMatchObject({
        schema: "foxglove.CompressedImage",
        log: String(logged),
        stamp: String(logged - TAKEN_BEFORE_NS),
        sequence: index,
        format: "png",
        frame_id: "front",
        shape: [64, 96],
        pixels: SIDE * SIDE,
      });
    }
    const overlay = of("/mavseg/overlay");
    expect(overlay[3]).toMatchObject({
      schema: "foxglove.CompressedVideo",
      format: "h264",
      frame_id: "front",
    });
    // Each chunk begins with a key frame, and that with a start code and the sequence's parameters (type 7, importance 3).
    const starts = overlay.map(({ start }) => start);
    expect(starts.map((start) => start === "0000000167")).toEqual(starts.map((_, index) => index % 5 === 0));
    expect(of("/mavseg/annotations")[3]).toMatchObject({
      schema: "foxglove.ImageAnnotations",
      boxes: [
        [
          [12, 8],
          [28, 8],
          [28, 24],
          [12, 24],
        ],
      ],
      texts: ["bright 256 px"],
    });
    expect(of("/mavseg/objects").map(({ json }) => json)).toEqual(await readIndex("result"));
  });

  test("foxglove_msgs written by rosbags are read: raw, compressed, and the film of that recording", async () => {
    const folder = path.join(dir, "foxglove-ros2");
    await run(PYTHON, [RECORDINGS, "foxglove_ros2", folder, path.join(dir, "result/masks.mcap")]);
    const file = path.join(folder, (await readdir(folder)).find((name) => name.endsWith(".mcap"))!);
    const seen: Record<string, IndexLine[]> = {};
    for (const topic of ["raw", "small", "film"]) {
      const { code, stderr, summary } = await video(file, `cdr-${topic}`, "--topic", `/${topic}`);
      expect([code, summary?.damage], stderr).toEqual([0, []]);
      seen[topic] = await readIndex(`cdr-${topic}`);
    }
    expect(seen.raw).toEqual(expected());
    expect(seen.small).toEqual(expected());
    // An overlay has a bar and lines of its own: only its times are those of the pictures.
    expect(seen.film?.map(({ stamp }) => stamp)).toEqual(
      Array.from({ length: FRAMES }, (_, index) => stampOf(index)),
    );
  });

  test("can be an input in its turn", async () => {
    const { code, stderr } = await video(
      path.join(dir, "result/masks.mcap"),
      "again",
      "--topic",
      "/mavseg/overlay",
    );
    expect(code, stderr).toBe(0);
    expect((await readIndex("again")).map(({ stamp }) => stamp)).toEqual(
      Array.from({ length: FRAMES }, (_, index) => stampOf(index)),
    );
  });
});
