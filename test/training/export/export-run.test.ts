import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadModel } from "../../../src/model/load-model.js";
import { firstCheckpoint, saveCheckpoint } from "../../../src/training/checkpoint.js";
import { type ExportOptions, exportRun } from "../../../src/training/export/export-run.js";
import { RunFolder } from "../../../src/training/run-folder.js";
import { temporaryFolder, writeDiscs } from "../../dataset/tiny-dataset.js";
import { sampleOptions, sampleRun } from "../sample-run.js";

const OPTIONS: ExportOptions = {
  checkpoint: "best",
  name: null,
  data: null,
  images: 8,
  calibrate: false,
  precision: "float32",
  onProgress: () => {},
};

/** A run as it is after its first moment, with data beside it. */
async function makeRun(dir: string, spoil: (weights: Float32Array) => void = () => {}): Promise<RunFolder> {
  const data = path.join(dir, "data");
  await writeDiscs(data, 1, 3);
  const info = sampleRun({ options: sampleOptions({ data }) });
  const run = new RunFolder(path.join(dir, "run"));
  await run.create(info);
  const { net, checkpoint } = firstCheckpoint(info);
  spoil(checkpoint.average.trainable);
  await saveCheckpoint(run.bestCheckpoint, net, checkpoint);
  return run;
}

test("a run becomes a file that says what was compared", async () => {
  await using folder = await temporaryFolder();
  const run = await makeRun(folder.dir);
  const progress: number[] = [];
  const out = path.join(folder.dir, "models", "discs.onnx");
  const onProgress = (_what: string, share: number) => progress.push(share);
  const result = await exportRun(run, out, { ...OPTIONS, onProgress });
  expect(progress).toEqual([1 / 3, 2 / 3, 1]);
  expect(result.difference.images).toBe(3);
  expect(result.difference.largestLogitDifference).toBeLessThan(1e-3);
  expect(result.difference.equalMaskShare).toBeGreaterThan(0.999);
  const model = await loadModel(out);
  expect(model.sha256).toBe(result.sha256);
  expect(model.manifest.name).toBe("tied-discs");
});

test("pictures to compare on are taken from all over the split", async () => {
  await using folder = await temporaryFolder();
  const run = await makeRun(folder.dir);
  const out = path.join(folder.dir, "named.onnx");
  const result = await exportRun(run, out, { ...OPTIONS, images: 2, name: "hall" });
  expect([result.name, result.difference.images]).toEqual(["hall", 2]);
});

test("a calibration is recorded in the file", async () => {
  await using folder = await temporaryFolder();
  const run = await makeRun(folder.dir);
  const out = path.join(folder.dir, "calibrated.onnx");
  const { calibration, difference } = await exportRun(run, out, { ...OPTIONS, calibrate: true });
  expect(calibration).toMatchObject({ frames: 3, biases: [0, expect.any(Number)] });
  expect(difference.largestLogitDifference).toBeLessThan(1e-3);
  expect((await loadModel(out)).manifest.training).toMatchObject({ calibration });
});

test("a file of float16 computes the same masks, and is smaller", async () => {
  await using folder = await temporaryFolder();
  const run = await makeRun(folder.dir);
  const out = path.join(folder.dir, "half.onnx");
  const whole = await exportRun(run, path.join(folder.dir, "whole.onnx"), OPTIONS);
  const half = await exportRun(run, out, { ...OPTIONS, precision: "float16" });
  expect(half.bytes).toBeLessThan(whole.bytes);
  // Not 0: the file was run with its own numbers, not with those of the checkpoint.
  expect(half.difference.largestLogitDifference).toBeGreaterThan(whole.difference.largestLogitDifference);
  expect((await loadModel(out)).manifest.input.dtype).toBe("float16");
});

describe("nothing is written", () => {
  const attempt = async (options: Partial<ExportOptions>, spoil?: (weights: Float32Array) => void) => {
    await using folder = await temporaryFolder();
    const run = await makeRun(folder.dir, spoil);
    const failure = await exportRun(run, path.join(folder.dir, "model.onnx"), {
      ...OPTIONS,
      ...options,
    }).catch((error: unknown) => error);
    expect((await readdir(folder.dir)).sort()).toEqual(["data", "run"]);
    return failure;
  };

  test("where the two runtimes do not agree", async () => {
    const failure = await attempt({}, (weights) => weights.fill(Number.NaN));
    expect(failure).toMatchObject({ code: "EXPORT_MISMATCH", actual: expect.stringContaining("NaN") });
  });

  test("where the checkpoint is missing", async () => {
    expect(await attempt({ checkpoint: "last" })).toMatchObject({
      code: "RUN_INVALID",
      expected: expect.stringContaining("last.ckpt"),
    });
  });

  test("where the data to compare on is gone", async () => {
    expect(await attempt({ data: "/nowhere" })).toMatchObject({ code: "INPUT_UNREADABLE" });
  });
});
