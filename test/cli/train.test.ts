import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createCommand } from "../../src/cli/train.js";
import { temporaryFolder, writeDiscs } from "../dataset/tiny-dataset.js";
import { printed } from "./printed.js";

describe("wrong options are told before any data is read, and leave no folder:", () => {
  test.each<[string, string[], RegExp]>([
    ["a net that there is not", ["--net", "unet"], /^unet$/],
    ["an option that the net has not", ["--net-option", "depth=3"], /depth/],
    ["a crop that the net cannot take", ["--crop", "100x100"], /^100x100$/],
    ["a crop without height", ["--crop", "64"], /^crop\.height: /],
    ["minutes that are no number", ["--minutes", "soon"], /^minutes: /],
    ["half an epoch", ["--epochs", "0.5"], /^epochs: /],
    ["no crops in a batch", ["--batch", "0"], /^batch: /],
    ["a learning rate of 0", ["--learning-rate", "0"], /^learningRate: /],
    ["norms frozen throughout", ["--frozen-norms", "1"], /^frozenNorms: /],
    ["class weights that are no numbers", ["--class-weights", "1,heavy"], /^classWeights\.1: /],
    ["an augmentation that there is not", ["--augment", "fog=2"], /^fog=2$/],
    ["an augmentation without a value", ["--augment", "zoom"], /^zoom$/],
    ["a zoom below 1", ["--augment", "zoom=0.5"], /^augmentation\.zoom: /],
    [
      "a flip that is neither true nor false",
      ["--augment", "flipVertical=1"],
      /^augmentation\.flipVertical: /,
    ],
    ["a seed below 0", ["--seed", "-1"], /^seed: /],
    ["another order of colours", ["--colour", "bgr"], /^colour: /],
  ])("%s", async (_, args, actual) => {
    await using folder = await temporaryFolder();
    const out = path.join(folder.dir, "run");
    const command = printed(createCommand(), "--data", "/nowhere", "--out", out, ...args);
    await expect(command).rejects.toMatchObject({ code: "USAGE", actual: expect.stringMatching(actual) });
    expect(await readdir(folder.dir)).toEqual([]);
  });
});

test("a new run needs data", async () => {
  await expect(printed(createCommand(), "--out", "/nowhere/run")).rejects.toMatchObject({
    code: "USAGE",
    expected: expect.stringContaining("--data"),
  });
});

test("as many class weights as classes are needed, and no run is begun without", async () => {
  await using folder = await temporaryFolder();
  await writeDiscs(path.join(folder.dir, "data"), 1, 1);
  const args = ["--data", path.join(folder.dir, "data"), "--out", path.join(folder.dir, "run")];
  const command = printed(createCommand(), ...args, "--class-weights", "1,2,3");
  await expect(command).rejects.toMatchObject({ code: "USAGE", expected: "2 class weights", actual: "3" });
  expect(await readdir(folder.dir)).toEqual(["data"]);
});

test("--resume needs a run", async () => {
  await using folder = await temporaryFolder();
  await expect(printed(createCommand(), "--out", folder.dir, "--resume")).rejects.toMatchObject({
    code: "RUN_INVALID",
    expected: expect.stringContaining(folder.dir),
  });
});

test("--help ends with examples", () => {
  let help = "";
  createCommand()
    .configureOutput({ writeOut: (text) => (help += text) })
    .outputHelp();
  expect(help).toContain("Examples:\n  $ mavseg train");
});
