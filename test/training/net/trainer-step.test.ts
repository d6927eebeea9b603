import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.js";
import { createNet } from "../../../src/nets/create-net.js";
import type { Net } from "../../../src/nets/net.js";
import { DistillationLoss } from "../../../src/training/loss/distillation-loss.js";
import { type LossOptions, SegmentationLoss } from "../../../src/training/loss/segmentation-loss.js";
import { computeStep, observeNorms, parameterTensors } from "../../../src/training/net/trainer-step.js";
import { WeightLayout, type Weights } from "../../../src/training/net/weights.js";
import { randomValues } from "../../nets/random-values.js";
import { plainLoss } from "../loss/plain-loss.js";
import { ops, tf } from "../tensorflow/check-op.js";
import { gridOf } from "../tensorflow/reference.js";
import { runPlainly } from "./plain-net.js";

const SIZE = 2;
const SIDE = 16;
const LOSS: LossOptions = { classWeights: [1, 5, 3], focalGamma: 2, diceWeight: 1 };

function setUp(net: Net) {
  const layout = new WeightLayout(net);
  const weights: Weights = {
    trainable: new Float32Array(layout.trainableLength),
    statistics: new Float32Array(layout.statisticsLength),
  };
  const values = randomValues(net, 21);
  for (const [name, view] of layout.byName(weights)) view.set(values.get(name)!);
  const random = new Random(4);
  const images = Float32Array.from({ length: SIZE * SIDE * SIDE }, () => random.normal());
  const cells = SIZE * (SIDE / net.outputStride) ** 2;
  const counts = new Uint8Array(cells * 3);
  for (let cell = 0; cell < cells; cell++) {
    const known = cell % 5 === 0 ? 0 : net.outputStride ** 2;
    for (let px = 0; px < known; px++) counts[cell * 3 + random.integer(3)]!++;
  }
  const batch = { step: 0, size: SIZE, width: SIDE, height: SIDE, images, counts };
  const context = { tf, ops, net, layout, loss: new SegmentationLoss(3, LOSS) };
  const plain = (trainable: readonly number[], frozenNorms: boolean) => {
    const moved = new Map<string, ArrayLike<number>>(layout.byName(weights));
    for (const { name, start, end } of layout.trainable) moved.set(name, trainable.slice(start, end));
    const x = gridOf([SIZE, SIDE, SIDE, 1], (index) => images[index]!);
    const logits = runPlainly(net, moved, x, frozenNorms);
    return plainLoss(logits.data, counts, net.outputStride ** 2, LOSS);
  };
  return { layout, weights, batch, context, plain };
}

/** Of the float64 reference; small enough that hardly any ReLU changes its side between the two ends. */
const STEP = 1e-6;

/** What float32 leaves of a gradient through some twenty layers. */
const RELATIVE_TOLERANCE = 1e-3;

describe.each<[string, Net]>([
  [
    "a tied net",
    createNet("tied", 1, 3, { widths: [4, 4], dilations: [1, 2], tie: "scale", down: "separable" }),
  ],
  ["a dense net", createNet("tied", 1, 3, { widths: [4, 5], dilations: [1], tie: "depth", down: "dense" })],
])("computeStep on %s", (_, net) => {
  test.each([
    ["the batch's statistics", false],
    ["frozen statistics", true],
  ])("has the loss and the gradient of the net in float64, with %s", (_, frozenNorms) => {
    const { layout, weights, batch, context, plain } = setUp(net);
    const before = { trainable: weights.trainable.slice(), statistics: weights.statistics.slice() };
    const result = computeStep(context, weights, batch, frozenNorms);
    const trainable = Array.from(weights.trainable);
    const expected = plain(trainable, frozenNorms);
    for (const part of ["loss", "focal", "dice"] as const)
      expect(result[part]).toBeCloseTo(expected[part], 5);

    const random = new Random(8);
    const largest = Math.max(...result.gradient.map(Math.abs));
    // Two values of every parameter: a wrong gradient of one kind of parameter cannot hide behind the others.
    for (const { name, start, end } of layout.trainable) {
      for (const at of [start + random.integer(end - start), start + random.integer(end - start)]) {
        const moved = (by: number) => plain(trainable.with(at, trainable[at]! + by), frozenNorms).loss;
        const slope = (moved(STEP) - moved(-STEP)) / (2 * STEP);
        const error = Math.abs(result.gradient[at]! - slope) / largest;
        const told = `${name}[${at - start}]: ${result.gradient[at]} against ${slope}`;
        expect(error, told).toBeLessThan(RELATIVE_TOLERANCE);
      }
    }
    expect(weights).toEqual(before);
  });

  test("tells what each use of a norm saw, and nothing with frozen statistics", () => {
    const { weights, batch, context } = setUp(net);
    const uses = net.nodes.filter(({ op }) => op === "batch-norm").length;
    const { samples } = computeStep(context, weights, batch, false);
    expect(samples).toHaveLength(uses);
    expect(samples.every(({ variance }) => variance.every((value) => value >= 0))).toBe(true);
    expect(computeStep(context, weights, batch, true).samples).toEqual([]);
  });

  test("an observation sees what a step with the same weights sees, and leaves no tensor behind", () => {
    const { weights, batch, context } = setUp(net);
    const { samples } = computeStep(context, weights, batch, false);
    const before = tf.memory().numTensors;
    const seen = observeNorms(context, weights, batch);
    expect(tf.memory().numTensors).toBe(before);
    expect(seen.map(({ norm }) => norm)).toEqual(samples.map(({ norm }) => norm));
    seen.forEach(({ mean, variance }, at) => {
      mean.forEach((value, c) => {
        expect(value).toBeCloseTo(samples[at]!.mean[c]!, 4);
        expect(variance[c]!).toBeCloseTo(samples[at]!.variance[c]!, 4);
      });
    });
  });

  test("gives the same numbers for the same batch", () => {
    const { weights, batch, context } = setUp(net);
    const once = computeStep(context, weights, batch, false);
    const gradient = once.gradient.slice();
    const again = computeStep(context, weights, batch, false);
    expect(again.loss).toBeCloseTo(once.loss, 6);
    expect(again.gradient.every((value, at) => Math.abs(value - gradient[at]!) < 1e-5)).toBe(true);
  });

  test.each([true, false])("leaves no tensor behind (frozen: %s)", (frozenNorms) => {
    const { weights, batch, context } = setUp(net);
    computeStep(context, weights, batch, frozenNorms);
    const before = tf.memory().numTensors;
    computeStep(context, weights, batch, frozenNorms);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("tensors of parameters do not follow weights that change later", () => {
  const net = createNet("tied", 1, 2, { widths: [4], dilations: [1] });
  const layout = new WeightLayout(net);
  const weights = layout.initial(1);
  const tensors = parameterTensors(tf, layout, weights);
  const kernel = layout.byName(weights).get("stem.kernel")!;
  const first = kernel[0];
  kernel[0] = 1000;
  expect(tensors.get("stem.kernel")!.dataSync()[0]).toBe(first);
  tf.dispose([...tensors.values()]);
});

test("a teacher's part comes on top of the labels', in the loss and in the gradient", () => {
  const net = createNet("tied", 1, 3, { widths: [4, 4], dilations: [1], tie: "depth", down: "dense" });
  const { weights, batch, context } = setUp(net);
  const random = new Random(6);
  const cells = SIZE * (SIDE / net.outputStride) ** 2;
  const teacherLogits = Float32Array.from({ length: cells * 3 }, () => random.uniform(-4, 4));
  const step = (weight: number) => {
    const distillation = { loss: new DistillationLoss(LOSS.classWeights), weight };
    return computeStep({ ...context, distillation }, weights, batch, false, teacherLogits);
  };
  const alone = computeStep(context, weights, batch, false);
  const [once, twice] = [step(1), step(2)];
  expect(alone.distillation).toBe(0);
  expect(once.distillation).toBeGreaterThan(0.1);
  expect(once.loss).toBeCloseTo(alone.loss + once.distillation, 5);
  expect(twice.distillation).toBeCloseTo(2 * once.distillation, 5);
  const largest = Math.max(...once.gradient.map((slope, at) => Math.abs(slope - alone.gradient[at]!)));
  expect(largest).toBeGreaterThan(0.01);
  for (const [at, slope] of alone.gradient.entries()) {
    const expected = slope + 2 * (once.gradient[at]! - slope);
    expect(Math.abs(twice.gradient[at]! - expected) / largest).toBeLessThan(1e-4);
  }
});
