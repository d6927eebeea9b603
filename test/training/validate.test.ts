import { describe, expect, test } from "vitest";
import { openDataset } from "../../src/dataset/dataset.js";
import { listSplit } from "../../src/dataset/split.js";
import { validate } from "../../src/training/validate.js";
import { temporaryFolder, writeDatasetJson, writeDiscs, writeFrame } from "../dataset/tiny-dataset.js";
import { tf } from "./tensorflow/check-op.js";
import { thresholdSetUp } from "./threshold-net.js";

// No multiple of 4: the picture is padded and the mask is cut.
const WIDTH = 10;
const HEIGHT = 7;

describe("validate", () => {
  test("counts every px of every frame at full label size", async () => {
    await using folder = await temporaryFolder();
    await writeDatasetJson(folder.dir);
    const frame = { width: WIDTH, height: HEIGHT, image: (x: number) => (x < 6 ? 255 : 0) };
    // Of the first frame's columns 0 to 5 are found: 4 are right, 2 too many, of which one is ignored.
    await writeFrame(folder.dir, "val", "a", { ...frame, label: (x) => (x < 4 ? 1 : x === 5 ? 255 : 0) });
    // The second frame has the class in columns 6 to 9, where it is not found.
    await writeFrame(folder.dir, "val", "b", { ...frame, label: (x) => (x >= 6 ? 1 : 0) });
    const { context, weights } = thresholdSetUp(1);
    const frames = await listSplit(await openDataset(folder.dir), "val");
    const done: number[] = [];
    const validation = await validate(context, weights, frames, (count) => done.push(count) > 0);
    expect(validation?.confusion.rows()).toEqual([
      [4 * HEIGHT, (1 + 6) * HEIGHT],
      [4 * HEIGHT, 4 * HEIGHT],
    ]);
    expect(validation?.confusion.iou()).toEqual([4 / 15, 4 / 15]);
    expect(done).toEqual([1, 2]);
  });

  test("says what a net that sees too much is worth when it is held back", async () => {
    await using folder = await temporaryFolder();
    await writeDatasetJson(folder.dir);
    // Objects of 200 in a surrounding of 150: both are brighter than half.
    const image = (x: number) => (x < 8 ? 200 : 150);
    await writeFrame(folder.dir, "val", "a", { width: 32, height: 16, image, label: (x) => (x < 8 ? 1 : 0) });
    const { context, weights } = thresholdSetUp(1);
    context.layout.byName(weights).get("w.kernel")!.set([0, 8]);
    context.layout.byName(weights).get("w.bias")!.set([0, -4]);
    const frames = await listSplit(await openDataset(folder.dir), "val");
    const validation = await validate(context, weights, frames);
    expect(validation?.confusion.iou()[1]).toBeCloseTo(0.25, 5);
    expect(validation?.calibratedIoU).toBe(1);
  });

  test("stops where it is told to, without a result", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 0, 3);
    const { context, weights } = thresholdSetUp(1);
    const frames = await listSplit(await openDataset(folder.dir), "val");
    const done: number[] = [];
    expect(await validate(context, weights, frames, (count) => done.push(count) < 2)).toBeNull();
    expect(done).toEqual([1, 2]);
  });

  test("leaves no tensor behind, also where a frame cannot be read", async () => {
    const { context, weights } = thresholdSetUp(1);
    const before = tf.memory().numTensors;
    const frames = [{ name: "none", imagePath: "/nowhere/a.png", labelPath: "/nowhere/b.png" }];
    await expect(validate(context, weights, frames)).rejects.toMatchObject({ code: "DATASET_INVALID" });
    expect(tf.memory().numTensors).toBe(before);
  });
});
