import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordingOutcome } from "../../src/fleet/batch.js";
import { REDIS_SERVER, startRedis } from "../fleet/redis-server.js";
import { writeSampleMcap } from "../video/sample-mcap.js";
import { squarePicture, writeSampleVideo } from "../video/sample-video.js";
import { hashFolder } from "./hash-folder.js";
import { freeAddress, lastJson, mavseg, type Running } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

const WIDTH = 320;
const HEIGHT = 240;
const SIDE = 16;
const OUTPUTS = "--masks png rle --overlay mp4 --mcap result.mcap --index jsonl csv --chunk-frames 40".split(
  " ",
);

let dir: string;
let model: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-fleet-"));
  model = await writeTinyModel();
  const sample = { width: WIDTH, height: HEIGHT, timeBase: { num: 1, den: 1000 } };
  const squares = (index: number) => squarePicture(WIDTH, HEIGHT, (index * 4) % (WIDTH - SIDE), 40, SIDE);
  // The square is dark at the beginning of some chunks and bright in others, and what it was there lasts when earlier
  // pictures count: a chunk that began with another one's memory would show.
  const flicker = (index: number) => squares(0).map((grey) => (grey > 128 ? 112 + (index % 7) * 6 : grey));
  // 400 pictures: whole chunks, so that the last one is empty.
  for (const [name, frames, draw] of [
    ["long.mp4", 400, squares],
    ["sound.mp4", 130, squares],
    ["spoilt.ts", 200, squares],
    ["flicker.mp4", 160, flicker],
  ] as const) {
    const ticks = Array.from({ length: frames }, (_, index) => index * 40);
    const more = { keyFrameEvery: 25, hasSound: name === "sound.mp4" };
    await writeSampleVideo(path.join(dir, name), { ...sample, ...more, ticks, draw });
  }
  await writeSampleMcap(path.join(dir, "flight.mcap"), {
    width: WIDTH,
    height: HEIGHT,
    frames: 120,
    draw: squares,
  });
  const spoilt = await readFile(path.join(dir, "spoilt.ts"));
  for (const share of [0.1, 0.5, 0.8]) {
    const at = Math.floor(spoilt.length * share);
    spoilt.fill(0x55, at, at + 2000);
  }
  await writeFile(path.join(dir, "spoilt.ts"), spoilt);
  await mkdir(path.join(dir, "images"));
  for (let index = 1; index <= 12; index++) {
    const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
    const file = path.join(dir, "images", `frame${index}.png`);
    if (index === 5) await writeFile(file, "no picture");
    else await sharp(squares(index), { raw }).png().toFile(file);
  }
});
afterAll(async () => {
  await rm(dir, { recursive: true });
  await rm(path.dirname(model), { recursive: true });
});

/** What one process writes of a recording. */
async function alone(input: string, ...args: readonly string[]): Promise<Record<string, string>> {
  const out = path.join(dir, "alone", `${input}${args.join("").replaceAll("/", "-")}`);
  const common = ["--model", model, "--input", path.join(dir, input), "--out", out, "--threads", "1"];
  const { code, stderr } = await mavseg("video", ...common, ...OUTPUTS, ...args, "--resume").ended();
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return hashFolder(out);
}

async function batch(queue: string, out: string, list: string, ...args: readonly string[]): Promise<Running> {
  const inputs = path.join(dir, `${out}.txt`);
  await writeFile(inputs, list);
  const common = ["--queue", queue, "--inputs", inputs, "--model", model, "--out", path.join(dir, out)];
  return mavseg("batch", ...common, ...OUTPUTS, "--threads", "1", "--json", ...args);
}

/** Long enough for a busy machine to give signs of life in time, short enough to see the dead within seconds. */
const LOCK_S = "3";

function worker(queue: string): Running {
  return mavseg("worker", "--queue", queue, "--threads", "1", "--lock", LOCK_S);
}

function outcomes(stdout: string): RecordingOutcome[] {
  return lastJson(stdout).recordings as RecordingOutcome[];
}

describe.skipIf(REDIS_SERVER === undefined)("a fleet", () => {
  test("of four workers, of which two are killed, writes the bytes of one process", async () => {
    const { url } = await startRedis();
    const workers = [worker(url), worker(url), worker(url), worker(url)];
    const running = await batch(url, "killed", "long.mp4\nsound.mp4\tflight 2\n");
    for (const victim of workers.slice(0, 2)) {
      await victim.wrote('"chunk":');
      victim.kill("SIGKILL");
      expect((await victim.ended()).code).toBeNull();
    }
    const { code, stdout } = await running.ended();
    expect(outcomes(stdout)).toMatchObject([
      { name: "long", state: "finished", frames: 400, damage: 0 },
      { name: "flight 2", state: "finished", frames: 130, damage: 0 },
    ]);
    expect(code).toBe(0);
    const told = workers.map(({ stderr }) => stderr).join("");
    expect(told.split("a worker died").length - 1).toBeGreaterThanOrEqual(2);
    expect(await hashFolder(path.join(dir, "killed/long"))).toEqual(await alone("long.mp4"));
    const second = await hashFolder(path.join(dir, "killed/flight 2"));
    const { "report.html": report, ...rest } = await alone("sound.mp4");
    // Its title is the name that the list gives.
    expect(second).toEqual({ ...rest, "report.html": expect.not.stringMatching(report as string) });
  });

  test.each([
    ["flicker.mp4", ["--temporal"], 160],
    ["flight.mcap", [], 120],
    ["flight.mcap", ["--topic", "/mavseg/overlay", "--temporal"], 120],
  ])(
    "writes of %s with %j the bytes of one process, a worker killed in the middle",
    async (input, args, frames) => {
      const { url } = await startRedis();
      const out = `killed-${input}${args.length}`;
      const workers = [worker(url), worker(url), worker(url)];
      const running = await batch(url, out, `${input}\n`, ...args);
      const [victim] = workers as [Running];
      await victim.wrote('"chunk":');
      victim.kill("SIGKILL");
      expect((await victim.ended()).code).toBeNull();
      const { code, stdout } = await running.ended();
      expect(outcomes(stdout)).toMatchObject([{ state: "finished", frames, damage: 0 }]);
      expect(code).toBe(0);
      expect(workers.map(({ stderr }) => stderr).join("")).toContain("a worker died");
      const expected = await alone(input, ...args);
      expect(await hashFolder(path.join(dir, out, path.parse(input).name))).toEqual(expected);
      if (input !== "flicker.mp4") return;
      expect(expected["index.jsonl"]).not.toBe((await alone(input))["index.jsonl"]);
    },
  );

  test("gives the same list of damage, and leaves out images that cannot be read, as one process", async () => {
    const { url } = await startRedis();
    worker(url);
    worker(url);
    const { code, stdout } = await (await batch(url, "damaged", "spoilt.ts\nimages\n")).ended();
    expect(outcomes(stdout).map(({ state }) => state)).toEqual(["finished", "finished"]);
    expect(code).toBe(0);
    expect(await hashFolder(path.join(dir, "damaged/spoilt"))).toEqual(await alone("spoilt.ts"));
    expect(await hashFolder(path.join(dir, "damaged/images"))).toEqual(await alone("images"));
  });

  test("does what can be done, and lists what cannot", async () => {
    const { url } = await startRedis();
    worker(url);
    await writeFile(path.join(dir, "text.mp4"), "no video");
    const { code, stdout, stderr } = await (
      await batch(url, "partly", "text.mp4\nmissing.mp4\nimages\n")
    ).ended();
    expect(code).toBe(1);
    expect(outcomes(stdout)).toMatchObject([
      { name: "text", state: "failed", error: expect.stringContaining("INPUT_UNREADABLE") },
      { name: "missing", state: "failed", error: expect.stringContaining("INPUT_UNREADABLE") },
      { name: "images", state: "finished", frames: 11, damage: 1 },
    ]);
    expect(stderr).toContain("missing.mp4");
  });

  test("goes on where a batch was stopped, and does nothing twice", async () => {
    const { url } = await startRedis();
    const first = worker(url);
    const stopped = await batch(url, "again", "long.mp4\n");
    await first.wrote('"chunk":2');
    stopped.kill("SIGINT");
    const before = await stopped.ended();
    expect(before.code).toBe(130);
    expect(outcomes(before.stdout)).toMatchObject([{ state: "waiting" }]);
    const after = await (await batch(url, "again", "long.mp4\n")).ended();
    expect(outcomes(after.stdout)).toMatchObject([{ state: "finished", frames: 400 }]);
    expect(first.stderr.split('"chunk":1,"msg":"began"').length - 1).toBe(1);
    const third = await (await batch(url, "again", "long.mp4\n")).ended();
    expect(outcomes(third.stdout)).toMatchObject([{ state: "finishedBefore" }]);
    expect(third.code).toBe(0);
    expect(await readdir(path.join(dir, "again/long"))).not.toContain("unfinished");
  });

  test("goes on with what is in the storage when the queue has lost everything", async () => {
    const { url, process: server } = await startRedis();
    const first = worker(url);
    const running = await batch(url, "lost", "long.mp4\n");
    await first.wrote('"chunk":1,"msg":"done"');
    running.kill("SIGKILL");
    first.kill("SIGKILL");
    server.kill("SIGKILL");
    await Promise.all([running.ended(), first.ended(), server.ended()]);
    const next = await startRedis();
    worker(next.url);
    const { stdout } = await (await batch(next.url, "lost", "long.mp4\n")).ended();
    expect(outcomes(stdout)).toMatchObject([{ state: "finished", frames: 400 }]);
    expect(await hashFolder(path.join(dir, "lost/long"))).toEqual(await alone("long.mp4"));
  });

  test("does not touch the outputs of another run without --force", async () => {
    const { url } = await startRedis();
    worker(url);
    await mkdir(path.join(dir, "taken/images"), { recursive: true });
    await writeFile(path.join(dir, "taken/images/index.jsonl"), "mine");
    const refused = await (await batch(url, "taken", "images\n")).ended();
    expect(refused.code).toBe(1);
    expect(outcomes(refused.stdout)[0]?.error).toContain("OUTPUT_EXISTS");
    expect(await readFile(path.join(dir, "taken/images/index.jsonl"), "utf8")).toBe("mine");
    expect((await (await batch(url, "taken", "images\n", "--force")).ended()).code).toBe(0);
    expect(await hashFolder(path.join(dir, "taken/images"))).toEqual(await alone("images"));
  });

  test("that is stopped gives its work back at once", async () => {
    const { url } = await startRedis();
    const first = mavseg("worker", "--queue", url, "--threads", "1", "--lock", "3600");
    const running = await batch(url, "stopped", "long.mp4\n");
    await first.wrote('"chunk":');
    first.kill("SIGTERM");
    expect((await first.ended()).code).toBe(0);
    worker(url);
    expect(outcomes((await running.ended()).stdout)).toMatchObject([{ state: "finished", frames: 400 }]);
  });

  test("has a worker that lacks the model end with the reason, and leave the work to others", async () => {
    const { url } = await startRedis();
    const moved = await writeTinyModel();
    const inputs = path.join(dir, "unfit.txt");
    await writeFile(inputs, "images\n");
    const waiting = mavseg(
      ...["batch", "--queue", url, "--inputs", inputs, "--model", moved, "--out", path.join(dir, "unfit")],
      "--json",
    );
    await waiting.wrote("no worker is connected");
    const bytes = await readFile(moved);
    await rm(moved);
    const unfit = await worker(url).ended();
    expect(unfit.code).toBe(2);
    expect(unfit.stderr).toContain("MODEL_NOT_FOUND");
    await writeFile(moved, bytes);
    worker(url);
    expect(outcomes((await waiting.ended()).stdout)).toMatchObject([{ state: "finished" }]);
    await rm(path.dirname(moved), { recursive: true });
  });

  test("tells no password, neither when it works nor when it is refused", async () => {
    const { url } = await startRedis("t0p-secret");
    const good = worker(url);
    const { code, stdout, stderr } = await (await batch(url, "secret", "images\n")).ended();
    expect(code).toBe(0);
    const wrong = await worker(url.replace("t0p-secret", "wr0ng-secret")).ended();
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("QUEUE_UNREACHABLE");
    expect(stdout + stderr + good.stderr + wrong.stderr).not.toMatch(/-secret/);
  });
});

test("a server that is not there is told in seconds", async () => {
  const { host } = new URL(await freeAddress());
  const { code, stderr } = await worker(`redis://${host}`).ended();
  expect(code).toBe(1);
  expect(stderr).toContain("QUEUE_UNREACHABLE");
  expect(stderr).toContain("ECONNREFUSED");
});

test.each([
  ["another protocol", ["--queue", "http://name:hidden@host"]],
  ["no queue", []],
])("%s is refused", async (_, args) => {
  const { code, stderr } = await mavseg("worker", ...args).ended();
  expect(code).toBe(2);
  expect(stderr).toContain("redis://");
  expect(stderr).not.toContain("hidden");
});
