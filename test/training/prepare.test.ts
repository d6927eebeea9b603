import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  checkNetOptions,
  checkSameData,
  classWeightsFor,
  describeRun,
  prepareData,
} from "../../src/training/prepare.js";
import {
  discFrame,
  temporaryFolder,
  writeDatasetJson,
  writeDiscs,
  writeFrame,
} from "../dataset/tiny-dataset.js";
import { sampleOptions } from "./sample-run.js";

describe("class weights", () => {
  test.each([
    ["are 1 for the background, the cube root of the rarity for a class", [2700, 100], [1, 3]],
    ["are 10 at most", [1_000_000, 10], [1, 10]],
    ["are 1 for a class more frequent than the background", [10, 1000], [1, 1]],
    ["are 10 for a class that does not occur", [1_000_000, 0], [1, 10]],
    ["are numbers without any background", [0, 5], [1, 1]],
    ["are rounded to two digits", [200, 100], [1, 1.26]],
  ])("%s", (_, pixels, weights) => {
    expect(classWeightsFor(pixels)).toEqual(weights);
  });
});

describe("checkNetOptions", () => {
  test("takes a crop that the net can take", () => {
    expect(() => checkNetOptions(sampleOptions({ crop: { width: 640, height: 512 } }))).not.toThrow();
  });

  test.each<[string, Parameters<typeof sampleOptions>[0], RegExp]>([
    ["a crop that is no multiple", { crop: { width: 640, height: 500 } }, /^640x500$/],
    ["a net that there is not", { net: "unet" }, /^unet$/],
    ["an option that there is not", { netOptions: { depth: 3 } }, /depth/],
  ])("refuses %s", (_, changes, actual) => {
    expect(() => checkNetOptions(sampleOptions(changes))).toThrow(
      expect.objectContaining({ code: "USAGE", actual: expect.stringMatching(actual) }),
    );
  });
});

describe("prepareData", () => {
  test("reads both splits, with progress over all frames", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 3, 2);
    const progress: [number, number][] = [];
    const data = await prepareData(folder.dir, (done, total) => progress.push([done, total]));
    expect([data.train.length, data.val.length, data.statistics.frames]).toEqual([3, 2, 3]);
    expect(progress).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
  });

  test("finds a fault of the validation split before training", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 2, 2);
    await writeFile(path.join(folder.dir, "val/images/1.png"), "no picture");
    await expect(prepareData(folder.dir)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      actual: expect.stringContaining(path.join("val", "images", "1.png")),
    });
  });

  test("wants frames to validate on", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 2, 0);
    await expect(prepareData(folder.dir)).rejects.toMatchObject({ code: "DATASET_EMPTY" });
  });
});

describe("a run's description", () => {
  const describeDiscs = async (dir: string) => {
    const data = await prepareData(dir);
    return { data, info: await describeRun(sampleOptions({ data: dir }), data, { mavseg: "1.2.3" }) };
  };

  test("says what the data is and how px are normalised", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 3, 2);
    const { info } = await describeDiscs(folder.dir);
    expect(info.dataset).toMatchObject({ name: "discs", trainFrames: 3, valFrames: 2, ignoreIndex: 255 });
    expect(info.dataset.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(info.normalisation).toMatchObject({ colour: "grey" });
    expect(info.versions).toEqual({ mavseg: "1.2.3" });
  });

  test("fits the same data, also where it was moved", async () => {
    await using folder = await temporaryFolder();
    const [here, there] = [path.join(folder.dir, "here"), path.join(folder.dir, "there")];
    await writeDiscs(here, 2, 1);
    const { info } = await describeDiscs(here);
    await rename(here, there);
    await expect(checkSameData(info, await prepareData(there))).resolves.toBeUndefined();
  });

  test.each<[string, (dir: string) => Promise<void>]>([
    ["one frame more", (dir) => writeFrame(dir, "train", "more", discFrame(50))],
    ["another file in place of one", (dir) => writeFrame(dir, "train", "0", discFrame(51))],
    ["another dataset.json", (dir) => writeDatasetJson(dir, { name: "rings" })],
  ])("does not fit data with %s", async (_, change) => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 2, 1);
    const { info } = await describeDiscs(folder.dir);
    await change(folder.dir);
    await expect(checkSameData(info, await prepareData(folder.dir))).rejects.toMatchObject({
      code: "RUN_INVALID",
      hint: expect.stringContaining("new run"),
    });
  });
});
