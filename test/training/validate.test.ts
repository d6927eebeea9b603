import { describe, expect, test } from "vitest";
import { openDataset } from "../../src/dataset/dataset.js";
import { listSplit } from "../../src/dataset/split.js";
import { INPUT, type Net } from "../../src/nets/net.js";
import { NetBuilder } from "../../src/nets/net-builder.js";
import { parameterTensors } from "../../src/training/net/trainer-step.js";
import { WeightLayout } from "../../src/training/net/weights.js";
import { predictMask, validate } from "../../src/training/validate.js";
import { plane, temporaryFolder, writeDatasetJson, writeDiscs, writeFrame } from "../dataset/tiny-dataset.js";
import { ops, tf } from "./tensorflow/check-op.js";

/** A net that says class 1 where a px is brighter than half, at full size or from a quarter of the px. */
function thresholdNet(outputStride: 1 | 2): Net {
  const b = new NetBuilder(1);
  const x = outputStride === 1 ? INPUT : b.maxPool(INPUT);
  const output = b.conv(x, { weights: "w", kernel: [1, 1], out: 2, bias: true });
  return b.build({ family: "test", name: "threshold", options: {}, multipleOf: 4, outputStride, output });
}

function setUp(outputStride: 1 | 2) {
  const net = thresholdNet(outputStride);
  const layout = new WeightLayout(net);
  const weights = layout.initial(1);
  layout.byName(weights).get("w.kernel")!.set([0, 1]);
  layout.byName(weights).get("w.bias")!.set([0, -0.5]);
  const normalisation = { colour: "grey" as const, mean: [0], std: [1] };
  return { context: { tf, ops, net, layout, normalisation, ignoreIndex: 255 }, weights };
}

// No multiple of 4: the picture is padded and the mask is cut.
const WIDTH = 10;
const HEIGHT = 7;

describe("predictMask", () => {
  const mask = (outputStride: 1 | 2, draw: (x: number, y: number) => number) => {
    const { context, weights } = setUp(outputStride);
    const tensors = parameterTensors(tf, context.layout, weights);
    const picture = { width: WIDTH, height: HEIGHT, channels: 1 as const, data: plane(WIDTH, HEIGHT, draw) };
    const ids = predictMask(context, tensors, picture);
    tf.dispose([...tensors.values()]);
    return ids;
  };

  test("gives a class id per px of the picture, whatever its size", () => {
    const bright = (x: number, y: number) => (x * 3 + y * 5) % 7 < 3;
    expect(mask(1, (x, y) => (bright(x, y) ? 200 : 50))).toEqual(
      plane(WIDTH, HEIGHT, (x, y) => (bright(x, y) ? 1 : 0)),
    );
  });

  test("brings logits of a smaller size to full size by bilinear interpolation", () => {
    // Cells 0 to 2 are 1.0, the others 0.0: between their centres at px 4.5 and 6.5 the middle lies at 5.5.
    expect(mask(2, (x) => (x < 6 ? 255 : 0))).toEqual(plane(WIDTH, HEIGHT, (x) => (x < 6 ? 1 : 0)));
  });

  test("leaves no tensor behind", () => {
    mask(2, () => 0);
    const before = tf.memory().numTensors;
    mask(2, () => 0);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("validate", () => {
  test("counts every px of every frame at full label size", async () => {
    await using folder = await temporaryFolder();
    await writeDatasetJson(folder.dir);
    const frame = { width: WIDTH, height: HEIGHT, image: (x: number) => (x < 6 ? 255 : 0) };
    // Of the first frame's columns 0 to 5 are found: 4 are right, 2 too many, of which one is ignored.
    await writeFrame(folder.dir, "val", "a", { ...frame, label: (x) => (x < 4 ? 1 : x === 5 ? 255 : 0) });
    // The second frame has the class in columns 6 to 9, where it is not found.
    await writeFrame(folder.dir, "val", "b", { ...frame, label: (x) => (x >= 6 ? 1 : 0) });
    const { context, weights } = setUp(1);
    const frames = await listSplit(await openDataset(folder.dir), "val");
    const done: number[] = [];
    const confusion = await validate(context, weights, frames, (count) => done.push(count) > 0);
    expect(confusion?.rows()).toEqual([
      [4 * HEIGHT, (1 + 6) * HEIGHT],
      [4 * HEIGHT, 4 * HEIGHT],
    ]);
    expect(confusion?.iou()).toEqual([4 / 15, 4 / 15]);
    expect(done).toEqual([1, 2]);
  });

  test("stops where it is told to, without a result", async () => {
    await using folder = await temporaryFolder();
    await writeDiscs(folder.dir, 0, 3);
    const { context, weights } = setUp(1);
    const frames = await listSplit(await openDataset(folder.dir), "val");
    const done: number[] = [];
    expect(await validate(context, weights, frames, (count) => done.push(count) < 2)).toBeNull();
    expect(done).toEqual([1, 2]);
  });

  test("leaves no tensor behind, also where a frame cannot be read", async () => {
    const { context, weights } = setUp(1);
    const before = tf.memory().numTensors;
    const frames = [{ name: "none", imagePath: "/nowhere/a.png", labelPath: "/nowhere/b.png" }];
    await expect(validate(context, weights, frames)).rejects.toMatchObject({ code: "DATASET_INVALID" });
    expect(tf.memory().numTensors).toBe(before);
  });
});
