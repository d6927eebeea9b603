import { expect, test } from "vitest";
import { trainingOptionsSchema } from "../../src/training/options.js";
import { sampleOptions } from "./sample-run.js";

test("usable options are taken as they are", () => {
  expect(trainingOptionsSchema.parse(sampleOptions())).toEqual(sampleOptions());
});

const augmentation = (changes: object) => ({ augmentation: { ...sampleOptions().augmentation, ...changes } });

test.each<[string, object]>([
  ["batch", { batch: 0 }],
  ["epochs", { epochs: 1.5 }],
  ["minutes", { minutes: Number.NaN }],
  ["learningRate", { learningRate: -1 }],
  ["frozenNorms", { frozenNorms: 1 }],
  ["seed", { seed: -1 }],
  ["crop.height", { crop: { width: 64 } }],
  ["classWeights.1", { classWeights: [1, 0] }],
  ["augmentation.zoom", augmentation({ zoom: 0.5 })],
  ["augmentation", augmentation({ fog: 1 })],
  ["augmentation.flipVertical", augmentation({ flipVertical: 1 })],
])("a wrong %s is told by its name", (key, changes) => {
  const { error } = trainingOptionsSchema.safeParse({ ...sampleOptions(), ...changes });
  expect(error?.issues[0]?.path.join(".")).toBe(key);
});
