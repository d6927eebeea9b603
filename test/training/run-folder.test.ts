import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { RunFolder } from "../../src/training/run-folder.js";
import { temporaryFolder } from "../dataset/tiny-dataset.js";
import { sampleRun, stepsAt, validationAt } from "./sample-run.js";

test("run.json comes back as it was written", async () => {
  await using folder = await temporaryFolder();
  const run = new RunFolder(path.join(folder.dir, "runs", "first"));
  await run.create(sampleRun());
  expect(await run.readInfo()).toEqual(sampleRun());
});

describe("the log", () => {
  test("gives back what was appended, in order", async () => {
    await using folder = await temporaryFolder();
    const run = new RunFolder(folder.dir);
    await run.create(sampleRun());
    expect(await run.readLog()).toEqual([]);
    await run.append(stepsAt(50));
    await run.append(validationAt(60, null, false));
    expect(await run.readLog()).toEqual([stepsAt(50), validationAt(60, null, false)]);
  });

  test("is cut behind a step, so that a resumed run logs nothing twice", async () => {
    await using folder = await temporaryFolder();
    const run = new RunFolder(folder.dir);
    await run.create(sampleRun());
    for (const step of [50, 100, 150]) await run.append(stepsAt(step));
    await run.append(validationAt(100, 0.5, true));
    await run.truncateLog(100);
    expect(await run.readLog()).toEqual([stepsAt(50), stepsAt(100), validationAt(100, 0.5, true)]);
    await run.append(stepsAt(150));
    expect(await run.readLog()).toHaveLength(4);
  });

  test("leaves out a last line that a crash cut off, and goes on after it is cut", async () => {
    await using folder = await temporaryFolder();
    const run = new RunFolder(folder.dir);
    await run.create(sampleRun());
    await run.append(stepsAt(50));
    await appendFile(path.join(folder.dir, "log.jsonl"), '{"type":"steps","step":1');
    expect(await run.readLog()).toEqual([stepsAt(50)]);
    await run.truncateLog(50);
    await run.append(stepsAt(100));
    expect(await run.readLog()).toEqual([stepsAt(50), stepsAt(100)]);
    const text = await readFile(path.join(folder.dir, "log.jsonl"), "utf8");
    expect(text.split("\n")).toHaveLength(3);
  });

  test("that is not there is empty", async () => {
    await using folder = await temporaryFolder();
    expect(await new RunFolder(folder.dir).readLog()).toEqual([]);
  });

  test("that cannot be written is told by its path", async () => {
    await using folder = await temporaryFolder();
    await mkdir(path.join(folder.dir, "log.jsonl"));
    await expect(new RunFolder(folder.dir).append(stepsAt(1))).rejects.toMatchObject({
      code: "OUTPUT_UNWRITABLE",
      expected: expect.stringContaining("log.jsonl"),
    });
  });
});

describe("RUN_INVALID names the folder", () => {
  test.each([
    ["of which run.json is no JSON", "{"],
    ["of which run.json lacks keys", '{"version":1}'],
    ["of another version", JSON.stringify({ ...sampleRun(), version: 2 })],
    [
      "with an option that there is not",
      JSON.stringify({ ...sampleRun(), options: { ...sampleRun().options, x: 1 } }),
    ],
  ])("%s", async (_, text) => {
    await using folder = await temporaryFolder();
    await writeFile(path.join(folder.dir, "run.json"), text);
    await expect(new RunFolder(folder.dir).readInfo()).rejects.toMatchObject({
      code: "RUN_INVALID",
      expected: expect.stringContaining(folder.dir),
    });
  });

  test("without a run.json", async () => {
    await expect(new RunFolder("/nowhere").readInfo()).rejects.toMatchObject({ code: "RUN_INVALID" });
  });
});

test("a folder that cannot be made is OUTPUT_UNWRITABLE", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.dir, "taken"), "");
  const run = new RunFolder(path.join(folder.dir, "taken", "run"));
  await expect(run.create(sampleRun())).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
});
