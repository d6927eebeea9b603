import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { checkSplit } from "../../src/dataset/check-split.js";
import { openDataset } from "../../src/dataset/dataset.js";
import { listSplit } from "../../src/dataset/split.js";
import { type FrameDrawing, temporaryFolder, writeDatasetJson, writeFrame } from "./tiny-dataset.js";

const WIDTH = 40;
const HEIGHT = 30;
const good: FrameDrawing = {
  width: WIDTH,
  height: HEIGHT,
  image: (x, y) => (x * 5 + y) % 256,
  label: (x) => (x < 10 ? 1 : x < 12 ? 255 : 0),
};

/** Two good frames, and what `spoil` does to the second. */
async function check(spoil: (files: { image: string; label: string }) => Promise<unknown>) {
  await using folder = await temporaryFolder();
  await writeDatasetJson(folder.dir);
  await writeFrame(folder.dir, "train", "one", good);
  await writeFrame(folder.dir, "train", "two", good);
  await spoil({
    image: path.join(folder.dir, "train/images/two.png"),
    label: path.join(folder.dir, "train/labels/two.png"),
  });
  const dataset = await openDataset(folder.dir);
  const progress: number[] = [];
  const statistics = await checkSplit(dataset, await listSplit(dataset, "train"), (done) =>
    progress.push(done),
  );
  return { statistics, progress };
}

test("a good split gives the px of each class, and progress", async () => {
  const { statistics, progress } = await check(async () => {});
  expect(statistics).toEqual({
    frames: 2,
    classPixels: [2 * 28 * HEIGHT, 2 * 10 * HEIGHT],
    ignoredPixels: 2 * 2 * HEIGHT,
  });
  expect(progress).toEqual([1, 2]);
});

async function truncate(file: string): Promise<void> {
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length >> 1));
}

const grey = (width: number, height: number, value: number) =>
  sharp(Buffer.alloc(width * height, value), { raw: { width, height, channels: 1 } }).toColourspace("b-w");

test.each<[string, (files: { image: string; label: string }) => Promise<unknown>, RegExp]>([
  [
    "a label of another size",
    ({ label }) => grey(20, 30, 0).png().toFile(label),
    /labels\/two\.png has 20x30 px, its image 40x30$/,
  ],
  [
    "ids outside dataset.json",
    ({ label }) => grey(WIDTH, HEIGHT, 7).png().toFile(label),
    /labels\/two\.png has ids outside dataset\.json: 7$/,
  ],
  [
    "a label that is text",
    ({ label }) => writeFile(label, "no picture"),
    /labels\/two\.png to be a readable image/,
  ],
  [
    "a picture that is text",
    ({ image }) => writeFile(image, "no picture"),
    /images\/two\.png to be a readable image/,
  ],
  ["a label that was cut off", ({ label }) => truncate(label), /labels\/two\.png to be a readable image/],
  ["a picture that was cut off", ({ image }) => truncate(image), /images\/two\.png to be a readable image/],
  [
    "a label in colours",
    ({ label }) => grey(WIDTH, HEIGHT, 1).toColourspace("srgb").png().toFile(label),
    /labels\/two\.png to be a PNG with one 8-bit grey channel.*3 channel/,
  ],
])("%s is found, and named alone", async (_, spoil, fault) => {
  await expect(check(spoil)).rejects.toMatchObject({
    code: "DATASET_INVALID",
    actual: expect.stringMatching(fault),
  });
  await expect(check(spoil)).rejects.toMatchObject({ actual: expect.not.stringContaining("one.png") });
});

test("a fault of the label and one of its picture are both told", async () => {
  const both = async ({ image, label }: { image: string; label: string }) => {
    await grey(WIDTH, HEIGHT, 9).png().toFile(label);
    await truncate(image);
  };
  await expect(check(both)).rejects.toMatchObject({ actual: expect.stringMatching(/^2 fault\(s\)/) });
});
