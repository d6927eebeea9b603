import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ChunkRecord, WorkFolder } from "../../../src/video/job/work-folder.js";

const PLAN = JSON.stringify({ input: "flight.mp4", model: { name: "net" }, chunk: 2 });
const NAMES = ["masks.rle", "overlay.mp4", "report"];

let out: string;
beforeEach(() => {
  out = path.join(mkdtempSync(path.join(tmpdir(), "mavseg-")), "out");
});
afterEach(() => rmSync(path.dirname(out), { recursive: true }));

const begin = (options = { resume: false, force: false }, plan = PLAN) =>
  WorkFolder.open(out, plan, NAMES, options);
const resume = (plan = PLAN) => begin({ resume: true, force: false }, plan);

async function finishChunk(work: WorkFolder, isLast: boolean): Promise<void> {
  const index = work.records.length;
  writeFileSync(path.join(await work.beginChunk(index), "masks"), `masks of ${index}`);
  const record: ChunkRecord = { frames: 2, last: { seq: 2 * index + 1, ticks: "90" }, damage: [], isLast };
  await work.finishChunk(record);
}

/** All outputs lie ready and have no name of theirs yet. */
async function assembled(): Promise<WorkFolder> {
  const work = (await begin())!;
  await finishChunk(work, true);
  for (const name of NAMES.slice(0, 2)) {
    writeFileSync(path.join(work.finalFolder, name), `${name} of this run`);
  }
  mkdirSync(path.join(work.finalFolder, "report"));
  writeFileSync(path.join(work.finalFolder, "report", "index.html"), "a page");
  await work.markAssembled();
  return work;
}

function expectPublished(): void {
  expect(readdirSync(out).sort()).toEqual([...NAMES, "video.json"]);
  expect(readFileSync(path.join(out, "masks.rle"), "utf8")).toBe("masks.rle of this run");
  expect(readFileSync(path.join(out, "overlay.mp4"), "utf8")).toBe("overlay.mp4 of this run");
  expect(readdirSync(path.join(out, "report"))).toEqual(["index.html"]);
  expect(readFileSync(path.join(out, "video.json"), "utf8")).toBe(PLAN);
}

test("a chunk counts only when all of it was written", async () => {
  const work = (await begin())!;
  await finishChunk(work, false);
  writeFileSync(path.join(await work.beginChunk(1), "masks"), "half of the");
  const again = (await resume())!;
  expect(again.records).toEqual([
    { frames: 2, last: { seq: 1, ticks: "90" }, damage: [], isLast: false } satisfies ChunkRecord,
  ]);
  expect(again.isComplete).toBe(false);
  expect(readdirSync(await again.beginChunk(1))).toEqual([]);
});

test("outputs get their names, and nothing else stays", async () => {
  await (await assembled()).publish();
  expectPublished();
});

test.each(NAMES.map((_, count) => count))(
  "a run killed with %i outputs in their places goes on with the rest",
  async (count) => {
    const killed = await assembled();
    for (const name of NAMES.slice(0, count)) {
      renameSync(path.join(killed.finalFolder, name), path.join(out, name));
    }
    const again = (await resume())!;
    expect(again.isAssembled).toBe(true);
    expect(again.isComplete).toBe(true);
    await again.publish();
    expectPublished();
  },
);

test("a run killed after its plan was moved has finished", async () => {
  const killed = await assembled();
  for (const name of NAMES) renameSync(path.join(killed.finalFolder, name), path.join(out, name));
  renameSync(path.join(out, "unfinished", "plan.json"), path.join(out, "video.json"));
  expect(await resume()).toBeUndefined();
  expectPublished();
});

test("outputs of an earlier run are replaced by --force, at the end and not before", async () => {
  await (await assembled()).publish();
  await expect(begin()).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
  const work = (await begin({ resume: false, force: true }))!;
  expect(readFileSync(path.join(out, "masks.rle"), "utf8")).toBe("masks.rle of this run");
  for (const name of NAMES) writeFileSync(path.join(work.finalFolder, name), "of the second run");
  await work.markAssembled();
  await work.publish();
  expect(readFileSync(path.join(out, "report"), "utf8")).toBe("of the second run");
});

test("another run is not gone on with, and its differences are named", async () => {
  await begin();
  const other = JSON.stringify({ input: "flight.mp4", model: { name: "other" }, chunk: 3 });
  await expect(resume(other)).rejects.toMatchObject({
    code: "RESUME_MISMATCH",
    actual: "a run that differs in model.name, chunk",
  });
});
