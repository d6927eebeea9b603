// One way to train, measured in a process of its own: TensorFlow reads threads and oneDNN once, when it is loaded.
import { openDataset } from "../../dist/dataset/dataset.js";
import { listSplit } from "../../dist/dataset/split.js";
import { createNet } from "../../dist/nets/create-net.js";
import { BatchLoader } from "../../dist/training/data/batch-loader.js";
import { CropSource } from "../../dist/training/data/crop-source.js";
import { SegmentationLoss } from "../../dist/training/loss/segmentation-loss.js";
import { computeStep } from "../../dist/training/net/trainer-step.js";
import { WeightLayout } from "../../dist/training/net/weights.js";
import { DEFAULT_AUGMENTATION } from "../../dist/training/options.js";
import { loadTensorFlow } from "../../dist/training/tensorflow/load.js";
import { createOps } from "../../dist/training/tensorflow/ops.js";
import { createStockOps } from "./stock-ops.mjs";

const WARM_UP_STEPS = 3;
const CROP = { width: 640, height: 512 };
/** What perch_drone's recipe pastes. */
const AUGMENTATION = { ...DEFAULT_AUGMENTATION, classAware: 0.4, pasteObjects: 0.8, pasteBackground: 3 };

const { way, net: netName, channels, batch, steps, data } = JSON.parse(process.argv[2]);
const tf = await loadTensorFlow(way.threads);
const ops = way.ops === "stock" ? createStockOps(tf) : createOps(tf);
const dataset = data === undefined ? undefined : await openDataset(data);
const classCount = dataset?.classes.length ?? 2;
const net = createNet(netName, channels, classCount);
const layout = new WeightLayout(net);
const classWeights = Array.from({ length: classCount }, (_, id) => (id === 0 ? 1 : 5));
const loss = new SegmentationLoss(classCount, { classWeights, focalGamma: 2, diceWeight: 1 });
const context = { tf, ops, net, layout, loss };
const weights = layout.initial(1);

const batches = await openBatches(way.batches);
for (let i = 0; i < WARM_UP_STEPS; i++) await step();
const times = [];
for (let i = 0; i < steps; i++) {
  const start = performance.now();
  await step();
  times.push(performance.now() - start);
}
await batches.close();
process.send(times, () => process.exit());

async function step() {
  const crops = await batches.next();
  computeStep(context, weights, crops, false);
  batches.recycle(crops);
}

/** @param kind "noise": one batch for all steps; "ahead": by a thread of their own; "between": by the trainer's, when wanted */
async function openBatches(kind) {
  const stride = net.outputStride;
  const images = new Float32Array(batch * CROP.width * CROP.height * channels);
  const counts = new Uint8Array(((batch * CROP.width * CROP.height) / stride ** 2) * classCount);
  const crops = { size: batch, ...CROP, images, counts };
  if (kind === "noise") {
    for (let i = 0; i < images.length; i++) images[i] = ((i * 7919) % 255) / 255;
    for (let i = 0; i < counts.length; i += classCount) counts[i] = stride ** 2;
    return { next: async () => crops, recycle() {}, async close() {} };
  }
  const source = {
    frames: await listSplit(dataset, "train"),
    colour: channels === 1 ? "grey" : "rgb",
    seed: 1,
    augmentation: AUGMENTATION,
    target: {
      ...CROP,
      stride,
      classCount,
      ignoreIndex: dataset.ignoreIndex,
      ignoredAs: null,
      mean: Array(channels).fill(0.4),
      std: Array(channels).fill(0.2),
    },
  };
  if (kind === "ahead") return BatchLoader.start({ source, batch, channels }, 0);
  const open = await CropSource.open(source);
  let done = 0;
  return {
    async next() {
      await open.fillBatch(done++, batch, images, counts);
      return crops;
    },
    recycle() {},
    async close() {},
  };
}
