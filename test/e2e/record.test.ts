import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, watch, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freeAddress, lastJson, mavseg, type Running } from "./processes.js";
import { PYTHON } from "./python-environment.js";
import { writeFlight } from "./small-flight.js";
import { writeTinyModel } from "./tiny-model.js";

const run = promisify(execFile);
const RECORDINGS = fileURLToPath(new URL("recordings.py", import.meta.url));
const FRAMES = 12;
/** Slow enough that no frame is replaced by a newer one, on a machine with other work too. */
const EVENLY = ["--fps", "4"];
/** Frames of 77 kB without end: a chunk of the file is full after fourteen. */
const LOOPED = ["--fps", "50", "--loop", "--size", "320x240"];

let dir: string;
let model: string;
let flight: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-record-"));
  [model, flight] = await Promise.all([writeTinyModel(), writeFlight()]);
});
afterAll(async () => {
  for (const folder of [dir, path.dirname(model), flight]) await rm(folder, { recursive: true });
});

interface Message {
  readonly topic: string;
  readonly schema: string;
  readonly log: string;
  readonly sequence: number;
  readonly [key: string]: unknown;
}

/** What Python's mcap reads. */
async function read(file: string, how: "read" | "salvage" = "read"): Promise<Message[]> {
  const { stdout } = await run(PYTHON, [RECORDINGS, how, file]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Message);
}

/** `mavseg run --record`, and a camera that plays the flight for it once it is ready. */
async function fly(target: string, runArgs: readonly string[], cameraArgs: readonly string[]) {
  const [frames, masks] = [await freeAddress(), await freeAddress()];
  const addresses = ["--source", frames, "--publish", masks];
  const record = ["--record", target];
  const process = mavseg("run", "--model", model, ...addresses, ...record, "--json", ...runArgs);
  await process.wrote("waiting for frames");
  const camera = mavseg(
    "camera",
    "--source",
    flight,
    "--publish",
    frames,
    "--wait-subscriber",
    ...cameraArgs,
  );
  return { process, camera };
}

async function end(process: Running) {
  const { code, stdout, stderr } = await process.ended();
  expect(code, stderr).toBe(0);
  // What went wrong in a flight that ended well all the same is in its log alone.
  return { ...(lastJson(stdout) as { recording: Record<string, unknown> }), stderr };
}

/** Resolves when the file is larger than that. */
async function growsBeyond(file: string, bytes: number): Promise<void> {
  const changes = watch(file);
  if ((await stat(file)).size > bytes) return;
  for await (const _ of changes) if ((await stat(file)).size > bytes) return;
}

describe("mavseg run --record", () => {
  test("writes frames, masks and objects that Python's mcap reads", async () => {
    const file = path.join(dir, "flight.mcap");
    const { process } = await fly(file, ["--max-frames", String(FRAMES)], EVENLY);
    const { recording } = await end(process);
    expect(recording).toMatchObject({ file, frames: FRAMES, dropped: 0, isWhole: true });
    expect((await readdir(dir)).filter((name) => name.startsWith("flight"))).toEqual(["flight.mcap"]);

    const messages = await read(file);
    const of = (topic: string) => messages.filter((message) => message.topic === topic);
    const frames = of("/mavseg/frame");
    expect(frames.map(({ sequence }) => sequence)).toEqual(Array.from({ length: FRAMES }, (_, seq) => seq));
    for (const frame of frames) {
      expect(frame).toMatchObject({
        schema: "foxglove.RawImage",
        frame_id: "cam0",
        encoding: "mono8",
        shape: [48, 64],
        bright: 100,
      });
      expect(BigInt(frame.log) - BigInt(frame.stamp as string)).toBeGreaterThan(-1_000_000n);
    }
    const masks = of("/mavseg/mask");
    expect(masks.map(({ log, stamp }) => [log, stamp])).toEqual(frames.map(({ log, stamp }) => [log, stamp]));
    for (const mask of masks) expect(mask).toMatchObject({ format: "png", shape: [48, 64], pixels: 100 });
    expect(of("/mavseg/objects").map(({ json }) => (json as { objects: unknown[] }).objects)).toEqual(
      Array.from({ length: FRAMES }, (_, seq) => [
        {
          class: 1,
          name: "bright",
          pixels: 100,
          box: [4 * seq, 20, 10, 10],
          centroid: [4 * seq + 4.5, 24.5],
        },
      ]),
    );
    expect(of("/mavseg/annotations")).toHaveLength(FRAMES);
    expect(of("/mavseg/overlay")).toEqual([]);
  });

  test("keeps JPEG frames as they came, and draws overlays where they are wanted", async () => {
    const file = path.join(dir, "jpeg.mcap");
    const runArgs = ["--max-frames", String(FRAMES), "--record-overlay", "--encoding", "rle8"];
    const { process } = await fly(file, runArgs, [...EVENLY, "--encoding", "jpeg"]);
    const recording = { frames: FRAMES, dropped: 0, isWhole: true };
    const summary = await end(process);
    expect(summary, summary.stderr).toMatchObject({ masks: FRAMES, failed: 0, superseded: 0, recording });
    const messages = await read(file);
    const of = (topic: string) => messages.filter((message) => message.topic === topic);
    const frames = of("/mavseg/frame/compressed");
    expect(frames).toHaveLength(FRAMES);
    expect(frames[0]).toMatchObject({ schema: "foxglove.CompressedImage", format: "jpeg" });
    const overlays = of("/mavseg/overlay");
    expect(overlays).toHaveLength(FRAMES);
    expect(overlays[0]).toMatchObject({
      schema: "foxglove.CompressedVideo",
      format: "h264",
      start: "0000000167",
    });
    const out = path.join(dir, "jpeg-again");
    const video = mavseg(
      ...["video", "--model", model, "--input", file, "--topic", "/mavseg/overlay", "--out", out, "--json"],
    );
    const { code, stdout, stderr } = await video.ended();
    expect(code, stderr).toBe(0);
    expect(lastJson(stdout)).toMatchObject([{ frames: FRAMES, damage: [] }]);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s makes the file whole, in a folder of recordings",
    async (signal) => {
      const folder = path.join(dir, `of-${signal}`);
      const { process, camera } = await fly(folder, [], LOOPED);
      await process.wrote("recording");
      const [name] = (await readdir(folder)) as [string];
      expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.mcap\.part$/);
      await growsBeyond(path.join(folder, name), 1 << 20);
      process.kill(signal);
      const { recording } = await end(process);
      expect(recording).toMatchObject({ isWhole: true });
      expect(await readdir(folder)).toEqual([path.basename(recording.file as string)]);
      const messages = await read(recording.file as string);
      expect(messages.filter(({ topic }) => topic === "/mavseg/mask")).toHaveLength(
        recording.frames as number,
      );
      camera.kill("SIGTERM");
      await camera.ended();
    },
  );

  test("what was written before kill -9 is read by Python's mcap and by mavseg video", async () => {
    const part = path.join(dir, "killed.mcap.part");
    const { process, camera } = await fly(path.join(dir, "killed.mcap"), [], LOOPED);
    await growsBeyond(part, 2 << 20);
    process.kill("SIGKILL");
    expect((await process.ended()).code).toBeNull();
    camera.kill("SIGTERM");
    await camera.ended();
    expect(existsSync(path.join(dir, "killed.mcap"))).toBe(false);
    const messages = await read(part, "salvage");
    const masks = messages.filter(({ topic }) => topic === "/mavseg/mask");
    expect(masks.length).toBeGreaterThan(10);
    const sequences = masks.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    const out = path.join(dir, "killed-seen");
    const { code, stdout, stderr } = await mavseg(
      ...["video", "--model", model, "--input", part, "--out", out, "--json"],
    ).ended();
    expect(code, stderr).toBe(0);
    const [summary] = lastJson(stdout) as unknown as [{ frames: number; damage: { fault: string }[] }];
    expect(Math.abs(summary.frames - masks.length)).toBeLessThanOrEqual(1);
    expect(summary.damage.map(({ fault }) => fault)).toEqual(["truncated"]);
  });

  test("an earlier recording is not touched", async () => {
    const file = path.join(dir, "earlier.mcap");
    await writeFile(file, "earlier");
    const addresses = ["--source", await freeAddress(), "--publish", await freeAddress()];
    const { code, stderr } = await mavseg("run", "--model", model, ...addresses, "--record", file).ended();
    expect(code).toBe(2);
    expect(stderr).toContain("OUTPUT_EXISTS");
  });

  test("a disk that takes nothing more ends the recording and not the stream", async () => {
    const folder = path.join(dir, "full");
    await mkdir(folder);
    const { process, camera } = await fly(path.join(folder, "full.mcap"), [], LOOPED);
    // No file may grow beyond this: what a full disk does, for one process alone.
    await run("prlimit", ["--pid", String(process.pid), `--fsize=${1 << 20}`]);
    await process.wrote("the recording has ended early");
    process.kill("SIGTERM");
    const summary = await end(process);
    expect(summary).toMatchObject({ failed: 0, recording: { isWhole: false } });
    expect(summary.recording.file).toBe(path.join(folder, "full.mcap.part"));
    expect(summary.recording.dropped).toBeGreaterThan(0);
    camera.kill("SIGTERM");
    await camera.ended();
  });
});

describe("mavseg camera with a recording", () => {
  test("sends the frames at their pace, and the masks are those of the recording", async () => {
    const first = path.join(dir, "first.mcap");
    const { process } = await fly(first, ["--max-frames", String(FRAMES)], [...EVENLY, "--encoding", "bgr8"]);
    await end(process);
    const again = path.join(dir, "again.mcap");
    const [frames, masks] = [await freeAddress(), await freeAddress()];
    const addresses = ["--source", frames, "--publish", masks];
    const limits = ["--max-frames", String(FRAMES), "--json"];
    const run = mavseg("run", "--model", model, ...addresses, "--record", again, ...limits);
    await run.wrote("waiting for frames");
    const camera = mavseg(
      ...["camera", "--source", first, "--publish", frames, "--wait-subscriber", "--rate", "1.5", "--json"],
    );
    const played = await camera.ended();
    expect(played.code, played.stderr).toBe(0);
    await end(run);
    const [before, after] = [await read(first), await read(again)];
    const of = (messages: Message[], topic: string) => messages.filter((message) => message.topic === topic);
    const bare = (messages: Message[]) => messages.map(({ log: _, stamp: __, json: ___, ...rest }) => rest);
    expect(of(before, "/mavseg/frame")[0]).toMatchObject({ encoding: "bgr8" });
    for (const topic of ["/mavseg/frame", "/mavseg/mask", "/mavseg/annotations"]) {
      expect(of(after, topic)).toHaveLength(FRAMES);
      expect(bare(of(after, topic))).toEqual(bare(of(before, topic)));
    }
    const times = of(before, "/mavseg/frame").map(({ log }) => Number(BigInt(log) / 1000n) / 1e6);
    const { frames: sent, seconds } = lastJson(played.stdout) as { frames: number; seconds: number };
    expect(sent).toBe(FRAMES);
    expect(seconds).toBeGreaterThan((times.at(-1)! - times[0]!) / 1.5 - 0.01);
  });

  test.each([
    [["--fps", "10"], "--fps only for images"],
    [["--source-topic", "/other"], "--source-topic to be one of"],
    [["--rate", "0"], "--rate"],
  ])("%j is wrong use", async (options, named) => {
    const source = path.join(dir, "first.mcap");
    const { code, stderr } = await mavseg("camera", "--source", source, ...options).ended();
    expect(stderr).toContain("error USAGE: ");
    expect(stderr).toContain(named);
    expect(code).toBe(2);
  });

  test("--rate is not for images", async () => {
    const { code, stderr } = await mavseg("camera", "--source", flight, "--rate", "2").ended();
    expect(code).toBe(2);
    expect(stderr).toContain("--rate only for .mcap recordings");
  });
});
