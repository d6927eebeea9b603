import { setImmediate as nextTurn } from "node:timers/promises";
import { MavsegError } from "../errors.js";
import { RecentSteps, RunClock } from "./bookkeeping.js";
import { type Checkpoint, firstCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { BatchLoader } from "./data/batch-loader.js";
import type { BatchWorkerData } from "./data/batch-messages.js";
import { DistillationLoss } from "./loss/distillation-loss.js";
import { SegmentationLoss } from "./loss/segmentation-loss.js";
import type { PredictionContext } from "./net/predict.js";
import { Teacher } from "./net/teacher.js";
import type { StepContext, StepResult } from "./net/trainer-step.js";
import { learningRateAt } from "./optimizer/schedule.js";
import type { TrainingOptions } from "./options.js";
import type { PreparedData } from "./prepare.js";
import { writeCurvesPage } from "./report/curves-page.js";
import type { RunFolder, RunInfo } from "./run-folder.js";
import { takeStep } from "./take-step.js";
import { loadTensorFlow } from "./tensorflow/load.js";
import { createOps } from "./tensorflow/ops.js";
import { validate } from "./validate.js";

/** Where a training stands, for a progress bar. */
export interface TrainingState {
  readonly phase: "reading" | "training" | "validating";
  /** Of the phase `reading` and `validating`: frames done; of `training`: steps done. */
  readonly done: number;
  /** 0..1 of the phase. */
  readonly progress: number;
  readonly loss: number;
  /** Mean IoU of the classes but background, calibrated, 0..1; below 0 before the first validation. */
  readonly bestIoU: number;
  readonly imagesPerSecond: number;
  readonly remainingMs: number;
}

export interface TrainingControl {
  /** Asks the training to stop after the step in hand, with a checkpoint to resume from. */
  readonly signal: AbortSignal;
  readonly onState: (state: TrainingState) => void;
}

export interface TrainingSummary {
  readonly steps: number;
  readonly elapsedMs: number;
  readonly bestIoU: number;
  readonly lastIoU: Readonly<Record<string, number | null>>;
  readonly interrupted: boolean;
}

/** Steps that one line of the log speaks for. */
const STEPS_PER_LOG_LINE = 50;

/** At most that much work is lost by a crash. */
const CHECKPOINT_EVERY_MS = 30_000;

/** Validation takes at most about one part in so many of the time. */
const VALIDATION_SHARE = 10;
const VALIDATION_LEAST_EVERY_MS = 30_000;

/**
 * Trains a net: the whole loop, from top to bottom.
 * @param folder holds run.json already; with a last.ckpt in it the training goes on from there
 * @throws MavsegError `TRAINING_NOT_INSTALLED`, `TRAINING_DIVERGED`, `DATASET_INVALID`
 */
export async function train(
  folder: RunFolder,
  info: RunInfo,
  data: PreparedData,
  resume: boolean,
  control: TrainingControl,
): Promise<TrainingSummary> {
  const tf = await loadTensorFlow();
  const ops = createOps(tf);
  const { options } = info;
  const start = resume ? await loadCheckpoint(folder.lastCheckpoint) : firstCheckpoint(info);
  const { net, layout } = start;
  const { weights, average, adam } = start.checkpoint;
  let { step, bestIoU } = start.checkpoint;
  const teacher =
    options.teacher && (await Teacher.open(tf, ops, options.teacher.run, info, net.outputStride));
  if (resume) await folder.truncateLog(step);

  const loss = new SegmentationLoss(net.classCount, options);
  const distillation = options.teacher && {
    loss: new DistillationLoss(options.classWeights),
    weight: options.teacher.weight,
  };
  const context: StepContext = { tf, ops, net, layout, loss, distillation: distillation ?? undefined };
  const prediction: PredictionContext = {
    tf,
    ops,
    net,
    layout,
    normalisation: info.normalisation,
    ignoreIndex: info.dataset.ignoreIndex,
  };
  const report = (state: Partial<TrainingState> & Pick<TrainingState, "phase" | "done" | "progress">) =>
    control.onState({ loss: Number.NaN, bestIoU, imagesPerSecond: 0, remainingMs: Number.NaN, ...state });
  const loader = await BatchLoader.start(batchWorkerData(info, data, net.outputStride), step, (done) =>
    report({ phase: "reading", done, progress: done / data.train.length }),
  );

  const clock = new RunClock(start.checkpoint.elapsedMs);
  const totalSteps =
    options.epochs === null ? null : options.epochs * Math.ceil(data.train.length / options.batch);
  const progressNow = () =>
    totalSteps === null ? clock.elapsedMs / (options.minutes! * 60_000) : step / totalSteps;
  const recent = new RecentSteps(options.batch);
  let lastIoU: Record<string, number | null> = {};
  let savedAtMs = clock.elapsedMs;
  let validatedAtMs = clock.elapsedMs;
  let validatedAtStep = -1;
  let validationTookMs = 0;

  const save = async (file: string) => {
    const checkpoint: Checkpoint = { step, elapsedMs: clock.elapsedMs, bestIoU, weights, average, adam };
    await saveCheckpoint(file, net, checkpoint);
    savedAtMs = clock.elapsedMs;
  };
  const validateNow = async () => {
    const startedMs = clock.elapsedMs;
    const validation = await validate(prediction, average, data.val, async (done) => {
      report({ phase: "validating", done, progress: done / data.val.length });
      await nextTurn();
      return !control.signal.aborted;
    });
    if (validation === null) return;
    const iou = validation.confusion.iou();
    const classes = info.dataset.classes;
    lastIoU = Object.fromEntries(classes.map(({ name }, id) => [name, iou[id] ?? null]));
    const foregroundIoU = meanOf(iou.slice(1));
    const { calibratedIoU } = validation;
    const best = calibratedIoU > bestIoU;
    if (best) bestIoU = calibratedIoU;
    await folder.append({
      type: "validation",
      step,
      elapsedMs: clock.elapsedMs,
      iou: lastIoU,
      foregroundIoU,
      calibratedIoU,
      best,
    });
    if (best) await save(folder.bestCheckpoint);
    await save(folder.lastCheckpoint);
    await writeCurvesPage(folder, info);
    validatedAtStep = step;
    validatedAtMs = clock.elapsedMs;
    validationTookMs = validatedAtMs - startedMs;
  };

  try {
    // A run that is killed before its first checkpoint can be resumed too.
    if (!resume) await save(folder.lastCheckpoint);
    while (progressNow() < 1 && !control.signal.aborted) {
      const progress = progressNow();
      const frozenNorms = progress >= 1 - options.frozenNorms;
      const learningRate = learningRateAt(progress, options.learningRate, options.warmUp, options.finalRate);
      const batch = await loader.next();
      const settings = { step, learningRate, frozenNorms, averageDecay: options.averageDecay };
      const state = { weights, average, adam };
      const { result, gradientNorm } = takeStep(context, state, batch, teacher, settings, (taken) =>
        throwIfDiverged(taken, step, folder),
      );
      loader.recycle(batch);
      step++;
      recent.add(result, gradientNorm);
      report({
        phase: "training",
        done: step,
        progress,
        loss: recent.loss,
        imagesPerSecond: recent.imagesPerSecond,
        remainingMs: remainingMs(options, totalSteps, step, clock),
      });
      if (step % STEPS_PER_LOG_LINE === 0) {
        const at = { step, elapsedMs: clock.elapsedMs, progress, learningRate, frozenNorms };
        await folder.append({ type: "steps", ...at, ...recent.take() });
      }
      const sinceValidationMs = clock.elapsedMs - validatedAtMs;
      if (sinceValidationMs > Math.max(VALIDATION_LEAST_EVERY_MS, VALIDATION_SHARE * validationTookMs)) {
        await validateNow();
      } else if (clock.elapsedMs - savedAtMs > CHECKPOINT_EVERY_MS) {
        await save(folder.lastCheckpoint);
      }
      // Signals and the loader's messages arrive between turns of the event loop only.
      await nextTurn();
    }
    if (!control.signal.aborted && validatedAtStep !== step) await validateNow();
    if (control.signal.aborted) await save(folder.lastCheckpoint);
  } finally {
    teacher?.dispose();
    await loader.close();
  }
  return { steps: step, elapsedMs: clock.elapsedMs, bestIoU, lastIoU, interrupted: control.signal.aborted };
}

function batchWorkerData(
  { options, dataset, normalisation }: RunInfo,
  data: PreparedData,
  stride: number,
): BatchWorkerData {
  return {
    batch: options.batch,
    channels: normalisation.mean.length,
    source: {
      frames: data.train,
      colour: normalisation.colour,
      seed: options.seed,
      augmentation: options.augmentation,
      target: {
        ...options.crop,
        stride,
        classCount: dataset.classes.length,
        ignoreIndex: dataset.ignoreIndex,
        ignoredAs: options.ignoredAs,
        mean: normalisation.mean,
        std: normalisation.std,
      },
    },
  };
}

function remainingMs(
  options: TrainingOptions,
  totalSteps: number | null,
  step: number,
  clock: RunClock,
): number {
  if (totalSteps === null) return options.minutes! * 60_000 - clock.elapsedMs;
  return (clock.elapsedMs / step) * (totalSteps - step);
}

function throwIfDiverged(result: StepResult, step: number, folder: RunFolder): void {
  if (Number.isFinite(result.loss) && result.gradient.every(Number.isFinite)) return;
  throw new MavsegError("TRAINING_DIVERGED", {
    expected: "a finite loss and gradient",
    actual: `loss ${result.loss} at step ${step} in ${folder.dir}`,
  });
}

/** Mean of the classes that occur; 0 when none does. */
function meanOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
}
