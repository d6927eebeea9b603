import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Dataset } from "../../src/dataset/dataset.js";
import { listSplit, throwFaults } from "../../src/dataset/split.js";
import { temporaryFolder } from "./tiny-dataset.js";

/** A split whose files are empty: listing does not open them. */
async function split(dir: string, images: readonly string[], labels: readonly string[]): Promise<Dataset> {
  for (const [kind, files] of Object.entries({ images, labels })) {
    await mkdir(path.join(dir, "train", kind), { recursive: true });
    for (const file of files) await writeFile(path.join(dir, "train", kind, file), "");
  }
  return { dir, name: "listed", classes: [], ignoreIndex: 255, source: "" };
}

test("frames come in natural order, each with its label", async () => {
  await using folder = await temporaryFolder();
  const dataset = await split(folder.dir, ["f10.jpg", "f9.png", "f1.JPEG"], ["f1.png", "f9.png", "f10.png"]);
  const frames = await listSplit(dataset, "train");
  expect(frames.map(({ name }) => name)).toEqual(["f1", "f9", "f10"]);
  expect(frames[2]).toEqual({
    name: "f10",
    imagePath: path.join(folder.dir, "train/images/f10.jpg"),
    labelPath: path.join(folder.dir, "train/labels/f10.png"),
  });
});

test("files that are no pictures are passed over", async () => {
  await using folder = await temporaryFolder();
  const dataset = await split(folder.dir, ["a.jpg", "notes.txt", "Thumbs.db"], ["a.png", ".gitkeep"]);
  expect(await listSplit(dataset, "train")).toHaveLength(1);
});

test("every missing half of a pair is named", async () => {
  await using folder = await temporaryFolder();
  const dataset = await split(folder.dir, ["a.jpg", "b.jpg"], ["b.png", "c.png"]);
  await expect(listSplit(dataset, "train")).rejects.toMatchObject({
    code: "DATASET_INVALID",
    actual: expect.stringMatching(
      /2 fault\(s\): .*images\/a\.jpg has no label; .*labels\/c\.png has no image/,
    ),
  });
});

test("two pictures of the same name are a fault", async () => {
  await using folder = await temporaryFolder();
  const dataset = await split(folder.dir, ["a.jpg", "a.png"], ["a.png"]);
  await expect(listSplit(dataset, "train")).rejects.toMatchObject({
    code: "DATASET_INVALID",
    actual: expect.stringMatching(/a\.png and .*a\.jpg have the same name/),
  });
});

test("an empty split is told by its folder", async () => {
  await using folder = await temporaryFolder();
  const dataset = await split(folder.dir, [], []);
  await expect(listSplit(dataset, "train")).rejects.toMatchObject({
    code: "DATASET_EMPTY",
    expected: expect.stringContaining(path.join(folder.dir, "train")),
  });
});

test("a split that is not there is told by its folder", async () => {
  await using folder = await temporaryFolder();
  const dataset = await split(folder.dir, ["a.jpg"], ["a.png"]);
  await expect(listSplit(dataset, "test")).rejects.toMatchObject({
    code: "DATASET_EMPTY",
    expected: expect.stringContaining(path.join(folder.dir, "test")),
  });
});

test("of many faults the first ten are named and the others counted", () => {
  const faults = Array.from({ length: 13 }, (_, index) => `fault ${index}`);
  expect(() => throwFaults(faults)).toThrow(
    expect.objectContaining({ actual: expect.stringMatching(/^13 fault\(s\): .*fault 9; and 3 more$/) }),
  );
});
