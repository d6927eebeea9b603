import type { Scalar, Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import type { Net } from "../../nets/net.js";
import type { Batch } from "../data/batch-messages.js";
import type { DistillationLoss } from "../loss/distillation-loss.js";
import type { SegmentationLoss } from "../loss/segmentation-loss.js";
import type { Tf } from "../tensorflow/load.js";
import type { Ops } from "../tensorflow/ops.js";
import { type ObservedStatistics, type ParameterTensors, runNet } from "./run-net.js";
import type { NormSample } from "./running-statistics.js";
import type { WeightLayout, Weights } from "./weights.js";

export interface StepResult {
  readonly loss: number;
  readonly focal: number;
  readonly dice: number;
  /** The teacher's part of the loss, weighted; 0 without one. */
  readonly distillation: number;
  /** d loss / d trainable, in the layout's order. */
  readonly gradient: Float32Array;
  /** What each use of a norm saw; empty when statistics are frozen. */
  readonly samples: readonly NormSample[];
}

export interface StepContext {
  readonly tf: Tf;
  readonly ops: Ops;
  readonly net: Net;
  readonly layout: WeightLayout;
  readonly loss: SegmentationLoss;
  /** Where the net learns from a teacher too. */
  readonly distillation?: { readonly loss: DistillationLoss; readonly weight: number } | undefined;
}

/** Makes tensors of all parameters; call inside `tf.tidy`. */
export function parameterTensors(
  tf: Tf,
  layout: WeightLayout,
  weights: Weights,
): Map<string, Tensor4D | Tensor1D> {
  const views = layout.byName(weights);
  const tensors = new Map<string, Tensor4D | Tensor1D>();
  for (const { name, parameter } of [...layout.trainable, ...layout.statistics]) {
    // slice(): tfjs keeps a reference to the array until its first use, and the optimizer writes into these views.
    tensors.set(
      name,
      tf.tensor(views.get(name)!.slice(), [...parameter.shape] as [number]) as Tensor4D | Tensor1D,
    );
  }
  return tensors;
}

/**
 * Forward and backward pass of one batch. Nothing is changed: the optimizer is the caller's.
 * @param teacherLogits `[cells, classes]` for the batch, where the context has a distillation loss
 */
export function computeStep(
  context: StepContext,
  weights: Weights,
  batch: Batch,
  frozenNorms: boolean,
  teacherLogits?: Float32Array,
): StepResult {
  const { tf, ops, net, layout } = context;
  const observed: ObservedStatistics[] = [];
  let parts = { focal: 0, dice: 0, distillation: 0 };
  const result = tf.tidy(() => {
    const tensors = parameterTensors(tf, layout, weights);
    const images = tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, net.inputChannels]);
    const trainable = layout.trainable.map(({ name }) => tensors.get(name)!);
    const forward = (...values: Tensor[]): Scalar => {
      const parameters = new Map(tensors);
      layout.trainable.forEach(({ name }, index) => {
        parameters.set(name, values[index] as Tensor4D);
      });
      const logits = runNet(
        tf,
        ops,
        net,
        parameters as ParameterTensors,
        images,
        frozenNorms ? undefined : keepIn(tf, observed),
      );
      const { value, ...rest } = lossOf(context, logits, batch.counts, teacherLogits);
      parts = rest;
      return value;
    };
    const { value, grads } = tf.valueAndGrads(forward)(trainable);
    return { value, flat: tf.concat(grads.map((gradient) => tf.reshape(gradient, [-1]) as Tensor1D)) };
  });
  // Read outside of tidy, which walks every element of an array that is returned from it.
  const value = result.value.dataSync()[0]!;
  const gradient = result.flat.dataSync() as Float32Array;
  tf.dispose([result.value, result.flat]);
  return { loss: value, ...parts, gradient, samples: readSamples(tf, observed) };
}

/**
 * What the norms see of a batch, and nothing else: a forward pass. The average of weights is another net than any that was
 * trained, so it needs statistics of its own (as stochastic weight averaging does, Izmailov et al., arXiv:1803.05407).
 */
export function observeNorms(
  { tf, ops, net, layout }: Pick<StepContext, "tf" | "ops" | "net" | "layout">,
  weights: Weights,
  batch: Batch,
): NormSample[] {
  const observed: ObservedStatistics[] = [];
  tf.tidy(() => {
    const images = tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, net.inputChannels]);
    const parameters = parameterTensors(tf, layout, weights) as ParameterTensors;
    runNet(tf, ops, net, parameters, images, keepIn(tf, observed));
  });
  return readSamples(tf, observed);
}

/** Keeps what is observed: the scope that it is made in would dispose of it before it is read. */
function keepIn(tf: Tf, observed: ObservedStatistics[]): (seen: ObservedStatistics) => void {
  return ({ norm, mean, variance }) => {
    observed.push({ norm, mean: tf.keep(mean), variance: tf.keep(variance) });
  };
}

function readSamples(tf: Tf, observed: readonly ObservedStatistics[]): NormSample[] {
  const samples = observed.map(({ norm, mean, variance }) => ({
    norm,
    mean: mean.dataSync() as Float32Array,
    variance: variance.dataSync() as Float32Array,
  }));
  tf.dispose(observed.flatMap(({ mean, variance }) => [mean, variance]));
  return samples;
}

/** What tfjs passes as the last argument of a function with its own gradient. */
type GradSaver = (tensors: Tensor[]) => void;

/** The loss as an operation: its value and its gradient come from one pass over the logits outside TensorFlow. */
function lossOf(
  { tf, net, loss, distillation }: StepContext,
  logits: Tensor4D,
  counts: Uint8Array,
  teacherLogits: Float32Array | undefined,
): { value: Scalar; focal: number; dice: number; distillation: number } {
  let parts = { focal: 0, dice: 0, distillation: 0 };
  const op = tf.customGrad((x, save) => {
    const input = x as Tensor4D;
    const values = input.dataSync() as Float32Array;
    const { loss: labelled, focal, dice, gradient } = loss.evaluate(values, counts, net.outputStride ** 2);
    const distilled =
      distillation === undefined || teacherLogits === undefined
        ? 0
        : distillation.loss.add(values, teacherLogits, counts, distillation.weight, gradient);
    parts = { focal, dice, distillation: distilled };
    const value = labelled + distilled;
    (save as GradSaver)([tf.tensor(gradient.slice(), input.shape)]);
    return { value: tf.scalar(value), gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, saved!) };
  });
  const value = op(logits) as Scalar;
  return { value, ...parts };
}
