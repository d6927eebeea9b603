import type { Batch } from "./data/batch-messages.js";
import { updateStatistics } from "./net/running-statistics.js";
import type { Teacher } from "./net/teacher.js";
import { computeStep, observeNorms, type StepContext, type StepResult } from "./net/trainer-step.js";
import type { Weights } from "./net/weights.js";
import { type AdamState, clipByNorm, updateAdam } from "./optimizer/adam.js";
import { moveAverage } from "./optimizer/moving-average.js";

/** What a step changes, all of it in place. */
export interface TrainedState {
  readonly weights: Weights;
  readonly average: Weights;
  readonly adam: AdamState;
}

export interface StepSettings {
  /** Steps done before this one. */
  readonly step: number;
  readonly learningRate: number;
  /** Whether the norms' statistics stay as they are. */
  readonly frozenNorms: boolean;
  readonly averageDecay: number;
}

/** The norm of a gradient above it is cut: tied weights sum over all their uses. */
const MOST_GRADIENT_NORM = 5;

/**
 * How often the average's norms look at a batch, which costs a third of a step, and how much of what they saw before
 * they keep: they speak for about the last two hundred steps, in fifty batches. Of a dozen batches, half-way through a
 * training, statistics were so uncertain that a net scored 36 % instead of the 55 % of a hundred batches.
 */
const OBSERVE_EVERY_STEPS = 4;
const AVERAGE_STATISTICS_DECAY = 0.98;

/**
 * One step of a training: the gradient of a batch, the weights along it, and the average of the weights.
 * @param check told the result before anything is changed; may throw
 */
export function takeStep(
  context: StepContext,
  { weights, average, adam }: TrainedState,
  batch: Batch,
  teacher: Teacher | null,
  { step, learningRate, frozenNorms, averageDecay }: StepSettings,
  check: (result: StepResult) => void,
): { readonly result: StepResult; readonly gradientNorm: number } {
  const { layout } = context;
  const result = computeStep(context, weights, batch, frozenNorms, teacher?.logits(batch));
  check(result);
  const gradientNorm = clipByNorm(result.gradient, MOST_GRADIENT_NORM);
  updateAdam(weights.trainable, result.gradient, adam, learningRate);
  updateStatistics(layout, weights, result.samples, step);
  moveAverage(average.trainable, weights.trainable, averageDecay, step);
  if (frozenNorms) average.statistics.set(weights.statistics);
  else if (step % OBSERVE_EVERY_STEPS === 0) {
    const samples = observeNorms(context, average, batch);
    updateStatistics(layout, average, samples, step / OBSERVE_EVERY_STEPS, AVERAGE_STATISTICS_DECAY);
  }
  return { result, gradientNorm };
}
