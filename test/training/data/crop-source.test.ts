import { describe, expect, test } from "vitest";
import { openDataset } from "../../../src/dataset/dataset.js";
import { listSplit } from "../../../src/dataset/split.js";
import { CropSource, type CropSourceOptions } from "../../../src/training/data/crop-source.js";
import { DEFAULT_AUGMENTATION } from "../../../src/training/options.js";
import { temporaryFolder, writeDatasetJson, writeDiscs, writeFrame } from "../../dataset/tiny-dataset.js";
import { NO_AUGMENTATION } from "./augmentations.js";

const TARGET = {
  width: 32,
  height: 24,
  stride: 4,
  classCount: 2,
  ignoreIndex: 255,
  ignoredAs: null,
  mean: [0.3],
  std: [0.2],
};

async function optionsFor(dir: string, changes: Partial<CropSourceOptions> = {}): Promise<CropSourceOptions> {
  return {
    frames: await listSplit(await openDataset(dir), "train"),
    colour: "grey",
    seed: 1,
    augmentation: DEFAULT_AUGMENTATION,
    target: TARGET,
    ...changes,
  };
}

async function fill(source: CropSource, step: number, index: number) {
  const image = new Float32Array(32 * 24);
  const counts = new Uint8Array(8 * 6 * 2);
  await source.fill(step, index, image, counts);
  return { image, counts };
}

describe("a sample", () => {
  test("of a step is the same whatever was drawn before", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 3, 1);
    const options = await optionsFor(folder.dir);
    const one = await CropSource.open(options);
    const other = await CropSource.open(options);
    for (let step = 0; step < 5; step++) await fill(one, step, 0);
    expect(await fill(one, 700, 2)).toEqual(await fill(other, 700, 2));
  });

  test("differs by step, by index and by seed", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 3, 1);
    const source = await CropSource.open(await optionsFor(folder.dir));
    const reseeded = await CropSource.open(await optionsFor(folder.dir, { seed: 2 }));
    const sample = (await fill(source, 7, 1)).image;
    expect((await fill(source, 8, 1)).image).not.toEqual(sample);
    expect((await fill(source, 7, 2)).image).not.toEqual(sample);
    expect((await fill(reseeded, 7, 1)).image).not.toEqual(sample);
  });
});

test("class-aware crops show the class every time, though one frame of four has it", async () => {
  await using folder = await temporaryFolder();
  await writeDatasetJson(folder.dir);
  for (let index = 0; index < 4; index++) {
    await writeFrame(folder.dir, "train", `${index}`, {
      width: 96,
      height: 64,
      image: () => 100,
      label: (x, y) => (index === 2 && x > 80 && y > 50 ? 1 : 0),
    });
  }
  const options = await optionsFor(folder.dir, { augmentation: { ...NO_AUGMENTATION, classAware: 1 } });
  const source = await CropSource.open(options);
  for (let step = 0; step < 40; step++) {
    const { counts } = await fill(source, step, 0);
    expect(counts.filter((count, i) => i % 2 === 1 && count > 0).length).toBeGreaterThan(0);
  }
});

test("frames without any class but background can be trained on too", async () => {
  await using folder = await temporaryFolder();
  await writeDatasetJson(folder.dir);
  const drawing = { width: 40, height: 30, image: () => 9, label: () => 0 };
  await writeFrame(folder.dir, "train", "empty", drawing);
  const source = await CropSource.open(await optionsFor(folder.dir));
  const { counts } = await fill(source, 0, 0);
  expect(counts.every((count, i) => i % 2 === 0 || count === 0)).toBe(true);
});

test("opening tells how many frames were read", async () => {
  await using folder = await temporaryFolder();
  await writeDiscs(folder.dir, 3, 1);
  const progress: number[] = [];
  await CropSource.open(await optionsFor(folder.dir), (done) => progress.push(done));
  expect(progress).toEqual([1, 2, 3]);
});
