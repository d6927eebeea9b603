import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { manifestOf } from "../../../src/model/load-model.js";
import { parseManifest } from "../../../src/model/manifest.js";
import { decodeModel } from "../../../src/model/onnx-proto.js";
import { firstCheckpoint } from "../../../src/training/checkpoint.js";
import { buildModel } from "../../../src/training/export/build-model.js";
import { sampleOptions, sampleRun, validationAt } from "../sample-run.js";

function trained(step = 120) {
  const start = firstCheckpoint(sampleRun());
  const { trainable, statistics } = start.checkpoint.average;
  const average = {
    trainable: trainable.map((value) => value + 1),
    statistics: statistics.map((value) => value + 2),
  };
  return { ...start, checkpoint: { ...start.checkpoint, step, elapsedMs: 90_000, average } };
}

const log = [validationAt(60, 0.4, true), validationAt(120, 0.5, true), validationAt(180, 0.3, false)];

test("the model's manifest is in its file, and is valid", () => {
  const model = buildModel("discs-1", trained(), sampleRun(), log);
  const decoded = decodeModel(model.bytes);
  expect(manifestOf(decoded, {}, "elsewhere.onnx")).toEqual(model.manifest);
  expect(parseManifest(model.manifest, "here")).toEqual(model.manifest);
  expect(model.sha256).toBe(createHash("sha256").update(model.bytes).digest("hex"));
});

test("the manifest says what is needed to run the model", () => {
  const { manifest } = buildModel("discs-1", trained(), sampleRun(), log);
  expect(manifest).toMatchObject({
    name: "discs-1",
    classes: sampleRun().dataset.classes,
    ignoreIndex: 255,
    input: {
      layout: "NCHW",
      dtype: "float32",
      colour: "grey",
      mean: [0.3],
      std: [0.2],
      resize: "none",
      multipleOf: 8,
    },
    output: { kind: "logits", layout: "NCHW", stride: 4 },
  });
  expect(manifest.input.scale * 255).toBeCloseTo(1, 12);
});

test("the manifest says how the model was trained, and not where the data lay", () => {
  const { manifest } = buildModel("discs-1", trained(), sampleRun(), log);
  expect(manifest.training).toMatchObject({
    net: { name: "tied", widths: [4, 4], tie: "depth" },
    dataset: { name: "discs", trainFrames: 4 },
    options: { seed: 3, learningRate: 0.004 },
    steps: 120,
    minutes: 1.5,
  });
  expect(JSON.stringify(manifest)).not.toContain(sampleOptions().data);
});

test("the metrics are those of the validation of these weights", () => {
  const metricsAt = (step: number) => buildModel("discs-1", trained(step), sampleRun(), log).manifest.metrics;
  expect(metricsAt(120)).toEqual({
    split: "val",
    frames: 2,
    iou: { background: 0.9, disc: 0.5 },
    foregroundIoU: 0.5,
  });
  expect(metricsAt(121)).toEqual({});
});

test("the average of the weights is what is written", () => {
  const loaded = trained();
  const { graph } = decodeModel(buildModel("discs-1", loaded, sampleRun(), log).bytes);
  const bias = graph.initializer.find(({ name }) => name === "classifier.bias")!;
  expect([...new Float32Array(Uint8Array.from(bias.rawData!).buffer)]).toEqual([1, 1]);
});
