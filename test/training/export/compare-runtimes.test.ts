import path from "node:path";
import { expect, test } from "vitest";
import { openDataset } from "../../../src/dataset/dataset.js";
import { listSplit } from "../../../src/dataset/split.js";
import { firstCheckpoint } from "../../../src/training/checkpoint.js";
import { buildModel } from "../../../src/training/export/build-model.js";
import { compareRuntimes } from "../../../src/training/export/compare-runtimes.js";
import { temporaryFolder, writeDiscs } from "../../dataset/tiny-dataset.js";
import { sampleOptions, sampleRun } from "../sample-run.js";
import { ops, tf } from "../tensorflow/check-op.js";

test("regions that must be confirmed are no difference between the runtimes", async () => {
  await using folder = await temporaryFolder();
  const data = path.join(folder.dir, "data");
  await writeDiscs(data, 1, 2);
  const info = sampleRun({ options: sampleOptions({ data }) });
  const loaded = firstCheckpoint(info);
  const { net, layout, checkpoint } = loaded;
  // Everything but the background, everywhere: with a lead that nothing reaches, nothing would be left of it.
  layout.byName(checkpoint.average).get("classifier.bias")![1] = 10;
  const calibration = { frames: 1, biases: [0, 0], confirmAt: [0, 100], iouBefore: 0, iouAfter: 0 };
  const model = buildModel("discs", loaded, info, [], calibration);
  expect(model.manifest.output.confirmAt).toEqual([0, 100]);
  const { normalisation, dataset } = info;
  const context = { tf, ops, net, layout, normalisation, ignoreIndex: dataset.ignoreIndex };
  const frames = await listSplit(await openDataset(data), "val");
  const { equalMaskShare } = await compareRuntimes(context, checkpoint.average, model, frames);
  expect(equalMaskShare).toBeGreaterThan(0.999);
});
