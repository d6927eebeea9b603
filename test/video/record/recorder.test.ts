import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Frame } from "../../../src/core/frame.js";
import type { Mask } from "../../../src/core/mask.js";
import { McapFile } from "../../../src/video/mcap/mcap-messages.js";
import { newRecordFile } from "../../../src/video/record/record-file.js";
import { Recorder, type RecorderOptions } from "../../../src/video/record/recorder.js";
import { collectingLog } from "../../transport/sample-messages.js";

const CLASSES = [{ id: 0, name: "dark", color: "#000000" }];
const SIDE = 512;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-recorder-"));
});
afterAll(() => rm(dir, { recursive: true }));

function open(name: string, more: Partial<RecorderOptions> = {}) {
  const log = collectingLog();
  const target = path.join(dir, name);
  const model = { name: "m", sha256: "00" };
  return { log, opened: Recorder.open({ target, classes: CLASSES, model, hasOverlay: false, log, ...more }) };
}

function frameAndMask(seq: number): [Frame, Mask] {
  const stamp = { sec: 1_700_000_000, nanosec: seq };
  const common = { seq, stamp, frameId: "cam0", width: SIDE, height: SIDE };
  const data = new Uint8Array(SIDE * SIDE).fill(seq);
  const timing = { wait: 0, decode: 0, preprocess: 0, infer: 0, postprocess: 0 };
  return [
    { ...common, step: SIDE, encoding: "mono8", data },
    { ...common, data: new Uint8Array(SIDE * SIDE), objects: [], timing },
  ];
}

async function countMessages(file: string, topic: string): Promise<number> {
  const mcap = await McapFile.open(file);
  const { messages } = mcap.topics!.find((known) => known.topic === topic)!;
  await mcap.close();
  return messages;
}

describe("the recorder", () => {
  test("has all frames in the file when it is closed, and the file its name", async () => {
    const recorder = await open("all.mcap").opened;
    for (let seq = 0; seq < 10; seq++) recorder.record(...frameAndMask(seq), performance.now());
    expect(existsSync(recorder.file)).toBe(false);
    const summary = await recorder.close();
    expect(summary).toMatchObject({ file: recorder.file, isWhole: true, frames: 10, dropped: 0 });
    expect(summary.bytes).toBeGreaterThan(10 * SIDE * SIDE);
    expect(await countMessages(recorder.file, "/mavseg/mask")).toBe(10);
    expect(existsSync(`${recorder.file}.part`)).toBe(false);
  });

  test("leaves frames out that do not fit its queue, counts them and tells of the first", async () => {
    const { log, opened } = open("full.mcap", { queueBytes: 3 * SIDE * SIDE });
    const recorder = await opened;
    for (let seq = 0; seq < 10; seq++) recorder.record(...frameAndMask(seq), performance.now());
    expect(await recorder.close()).toMatchObject({ isWhole: true, frames: 3, dropped: 7 });
    expect(log.lines).toMatchObject([
      { level: "warn", fields: { dropped: 1 }, message: "the recording does not keep up" },
    ]);
  });

  test("does not need the mask any more once it has taken it", async () => {
    const recorder = await open("taken.mcap").opened;
    const [frame, mask] = frameAndMask(0);
    recorder.record(frame, mask, performance.now());
    mask.data.fill(77);
    await recorder.close();
    const mcap = await McapFile.open(recorder.file);
    const sizes: number[] = [];
    for await (const message of mcap.messages("/mavseg/mask")) {
      if (message.kind === "message") sizes.push(message.data.length);
    }
    await mcap.close();
    const untouched = await open("untouched.mcap").opened;
    untouched.record(...frameAndMask(0), performance.now());
    await untouched.close();
    const other = await McapFile.open(untouched.file);
    for await (const message of other.messages("/mavseg/mask")) {
      if (message.kind === "message") expect([message.data.length]).toEqual(sizes);
    }
    await other.close();
  });

  test("is refused where a recording of that name is there, whole or not", async () => {
    for (const name of ["there.mcap", "half.mcap"]) {
      await writeFile(path.join(dir, name === "there.mcap" ? name : `${name}.part`), "");
      await expect(open(name).opened).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
    }
  });

  test("is refused where the file cannot be written", async () => {
    await writeFile(path.join(dir, "file"), "");
    await expect(open("file/in.mcap").opened).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
    await expect(open("/dev/full/x.mcap", { target: "/dev/full" }).opened).rejects.toMatchObject({
      code: "OUTPUT_UNWRITABLE",
    });
  });
});

test("recordings of a folder are named after their beginning, in their order", async () => {
  const folder = path.join(dir, "folder");
  const at = (text: string) => newRecordFile(folder, new Date(text));
  const names = [(await at("2026-01-02T03:04:05.678Z")).whole, (await at("2026-01-02T03:04:06Z")).whole];
  expect(names.map((name) => path.relative(folder, name))).toEqual([
    "2026-01-02T03-04-05.678Z.mcap",
    "2026-01-02T03-04-06.000Z.mcap",
  ]);
  expect(await readdir(folder)).toEqual([]);
});
