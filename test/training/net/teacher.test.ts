import path from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { firstCheckpoint, saveCheckpoint } from "../../../src/training/checkpoint.js";
import { type ParameterTensors, runNet } from "../../../src/training/net/run-net.js";
import { Teacher } from "../../../src/training/net/teacher.js";
import { parameterTensors } from "../../../src/training/net/trainer-step.js";
import { RunFolder, type RunInfo } from "../../../src/training/run-folder.js";
import { temporaryFolder } from "../../dataset/tiny-dataset.js";
import { sampleOptions, sampleRun } from "../sample-run.js";
import { ops, tf } from "../tensorflow/check-op.js";

const SIDE = 32;
const STRIDE = 4;

/** A run whose average is another net than its weights. */
async function makeRun(dir: string, info: RunInfo) {
  const run = new RunFolder(path.join(dir, "teacher"));
  await run.create(info);
  const first = firstCheckpoint(info);
  for (const [at, value] of first.checkpoint.average.trainable.entries())
    first.checkpoint.average.trainable[at] = value * 1.5;
  await saveCheckpoint(run.bestCheckpoint, first.net, first.checkpoint);
  return { run, first };
}

test("answers with the average of the best checkpoint, and leaves no tensor behind", async () => {
  await using folder = await temporaryFolder();
  const { run, first } = await makeRun(folder.dir, sampleRun());
  const random = new Random(1);
  const images = Float32Array.from({ length: 2 * SIDE * SIDE }, () => random.normal());
  const batch = { step: 0, size: 2, width: SIDE, height: SIDE, images, counts: new Uint8Array(0) };
  const before = tf.memory().numTensors;
  const teacher = await Teacher.open(tf, ops, run.dir, sampleRun(), STRIDE);
  const logits = teacher.logits(batch);
  teacher.dispose();
  expect(tf.memory().numTensors).toBe(before);
  const expected = tf.tidy(() => {
    const tensors = parameterTensors(tf, first.layout, first.checkpoint.average) as ParameterTensors;
    return runNet(tf, ops, first.net, tensors, tf.tensor4d(images, [2, SIDE, SIDE, 1])).dataSync();
  });
  expect(logits).toEqual(expected);
  expect(logits).toHaveLength((2 * 2 * SIDE * SIDE) / STRIDE ** 2);
});

describe("is refused", () => {
  const attempt = async (info: RunInfo, stride = STRIDE) => {
    await using folder = await temporaryFolder();
    const { run } = await makeRun(folder.dir, info);
    return Teacher.open(tf, ops, run.dir, sampleRun(), stride).catch((error: unknown) => error);
  };
  const { dataset } = sampleRun();

  test.each<[string, Partial<RunInfo>, RegExp]>([
    [
      "with other classes",
      { dataset: { ...dataset, classes: dataset.classes.map((entry) => ({ ...entry, name: "x" })) } },
      /^x, x$/,
    ],
    [
      "with pictures normalised in another way",
      { normalisation: { colour: "grey", mean: [0.4], std: [0.2] } },
      /0\.4/,
    ],
  ])("%s", async (_, changes, actual) => {
    const failure = await attempt(sampleRun(changes));
    expect(failure).toMatchObject({ code: "USAGE", actual: expect.stringMatching(actual) });
  });

  test("with an output of another size", async () => {
    const options = sampleOptions({ net: "mavnet", netOptions: {} });
    expect(await attempt(sampleRun({ options }))).toMatchObject({ code: "USAGE", actual: "1" });
  });

  test("where there is no run", async () => {
    const failure = await Teacher.open(tf, ops, "/nowhere", sampleRun(), STRIDE).catch((error) => error);
    expect(failure).toMatchObject({ code: "RUN_INVALID" });
  });
});
