import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import {
  type Checkpoint,
  firstCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from "../../src/training/checkpoint.js";
import { temporaryFolder } from "../dataset/tiny-dataset.js";
import { sampleOptions, sampleRun } from "./sample-run.js";

const { net, layout, checkpoint: first } = firstCheckpoint(sampleRun());

/** A checkpoint of which every number is another. */
function someCheckpoint(): Checkpoint {
  const random = new Random(1);
  const fresh = (length: number) => Float32Array.from({ length }, () => random.normal());
  return {
    step: 1234,
    elapsedMs: 56_789,
    bestIoU: 0.4321,
    weights: { trainable: fresh(layout.trainableLength), statistics: fresh(layout.statisticsLength) },
    average: { trainable: fresh(layout.trainableLength), statistics: fresh(layout.statisticsLength) },
    adam: { step: 1234, first: fresh(layout.trainableLength), second: fresh(layout.trainableLength) },
  };
}

test("a checkpoint comes back from its file exactly as it was", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "last.ckpt");
  await saveCheckpoint(file, net, someCheckpoint());
  const loaded = await loadCheckpoint(file);
  expect(loaded.checkpoint).toEqual(someCheckpoint());
  expect(loaded.net).toEqual(net);
  expect(await readdir(folder.dir)).toEqual(["last.ckpt"]);
});

test("the first checkpoint can be saved and loaded too", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "last.ckpt");
  await saveCheckpoint(file, net, first);
  expect((await loadCheckpoint(file)).checkpoint).toEqual(first);
});

test("the first average is the first weights, and not the same arrays", () => {
  expect(first.average).toEqual(first.weights);
  expect(first.average.trainable).not.toBe(first.weights.trainable);
  expect(first.average.statistics).not.toBe(first.weights.statistics);
});

test("in a file of before, the average has the statistics of the weights", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.dir, "last.ckpt");
  await saveCheckpoint(file, net, someCheckpoint());
  const bytes = await readFile(file);
  // As version 1 wrote it: without the average's statistics, which lie behind three vectors.
  const headerEnd = 12 + bytes.readUInt32LE(8);
  const header = bytes.subarray(0, headerEnd).toString("latin1").replace('"version":2', '"version":1');
  const cut = headerEnd + 4 * (2 * layout.trainableLength + layout.statisticsLength);
  const rest = bytes.subarray(cut + 4 * layout.statisticsLength);
  await writeFile(file, Buffer.concat([Buffer.from(header, "latin1"), bytes.subarray(headerEnd, cut), rest]));
  const { weights, average, ...others } = someCheckpoint();
  expect((await loadCheckpoint(file)).checkpoint).toEqual({
    ...others,
    weights,
    average: { trainable: average.trainable, statistics: weights.statistics },
  });
});

test("the net has as many inputs and classes as the data", () => {
  const normalisation = { colour: "rgb" as const, mean: [0, 0, 0], std: [1, 1, 1] };
  const start = firstCheckpoint(
    sampleRun({ normalisation, options: sampleOptions({ net: "mavnet", netOptions: {} }) }),
  );
  expect(start.net).toMatchObject({ name: "mavnet", inputChannels: 3, classCount: 2 });
});

describe("RUN_INVALID names the file for", () => {
  /** The bytes of a good file, changed. */
  async function load(change: (good: Buffer) => Uint8Array | string) {
    await using folder = await temporaryFolder();
    const file = path.join(folder.dir, "last.ckpt");
    await saveCheckpoint(file, net, someCheckpoint());
    await writeFile(file, change(await readFile(file)));
    await loadCheckpoint(file);
  }

  /** The same file with another header. */
  const withHeader = (change: (header: Record<string, unknown>) => unknown) => (good: Buffer) => {
    const length = good.readUInt32LE(8);
    const header = JSON.parse(good.toString("utf8", 12, 12 + length));
    const text = Buffer.from(JSON.stringify(change(header)));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(text.length);
    return Buffer.concat([good.subarray(0, 8), size, text, good.subarray(12 + length)]);
  };

  test.each<[string, (good: Buffer) => Uint8Array | string]>([
    ["an empty file", () => ""],
    ["another kind of file", () => "PK\x03\x04 a zip file, perhaps"],
    ["a file that ends in its header", (good) => good.subarray(0, 40)],
    ["a file that ends in its weights", (good) => good.subarray(0, good.length - 4)],
    ["a file that goes on after its weights", (good) => Buffer.concat([good, Buffer.alloc(4)])],
    [
      "an absurd length of the header",
      (good) => Buffer.concat([good.subarray(0, 8), Buffer.alloc(4, 0xff), good]),
    ],
    ["a header that is no JSON", (good) => good.fill("x", 12, 20)],
    ["another version", withHeader((header) => ({ ...header, version: 3 }))],
    [
      "a net that there is not",
      withHeader((header) => ({ ...header, net: { ...(header.net as object), name: "tied-z" } })),
    ],
    [
      "options of another net",
      withHeader((header) => ({ ...header, net: { ...(header.net as object), options: { widths: [9] } } })),
    ],
    ["a step that is no number", withHeader((header) => ({ ...header, step: "many" }))],
  ])("%s", async (_, change) => {
    await expect(load(change)).rejects.toMatchObject({
      code: "RUN_INVALID",
      expected: expect.stringContaining("last.ckpt"),
    });
  });

  test("no file at all", async () => {
    await expect(loadCheckpoint("/nowhere/last.ckpt")).rejects.toMatchObject({
      code: "RUN_INVALID",
      expected: expect.stringContaining("/nowhere/last.ckpt"),
    });
  });
});
