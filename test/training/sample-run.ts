import { DEFAULT_AUGMENTATION, type TrainingOptions } from "../../src/training/options.js";
import type { LogEntry, RunInfo } from "../../src/training/run-folder.js";

export function sampleOptions(changes: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    data: "/data/discs",
    net: "tied",
    netOptions: { widths: [4, 4], dilations: [1, 2] },
    seed: 3,
    minutes: null,
    epochs: 2,
    batch: 2,
    crop: { width: 32, height: 32 },
    colour: "auto",
    learningRate: 0.004,
    finalRate: 0.01,
    warmUp: 0.02,
    frozenNorms: 0.4,
    classWeights: [1, 5],
    ignoredAs: null,
    focalGamma: 2,
    diceWeight: 1,
    averageDecay: 0.998,
    teacher: null,
    augmentation: DEFAULT_AUGMENTATION,
    ...changes,
  };
}

export function sampleRun(changes: Partial<RunInfo> = {}): RunInfo {
  return {
    version: 1,
    options: sampleOptions(),
    dataset: {
      name: "discs",
      classes: [
        { id: 0, name: "background", color: "#404040" },
        { id: 1, name: "disc", color: "#e69f00" },
      ],
      ignoreIndex: 255,
      trainFrames: 4,
      valFrames: 2,
      sha256: "0".repeat(64),
    },
    normalisation: { colour: "grey", mean: [0.3], std: [0.2] },
    versions: { mavseg: "0.0.0" },
    ...changes,
  };
}

export const stepsAt = (step: number, loss = 0.5): LogEntry => ({
  type: "steps",
  step,
  elapsedMs: step * 100,
  progress: step / 1000,
  loss,
  focal: loss / 2,
  dice: loss / 2,
  distillation: 0,
  gradientNorm: 1,
  learningRate: 0.004,
  imagesPerSecond: 12.5,
  frozenNorms: false,
});

export const validationAt = (step: number, disc: number | null, best: boolean): LogEntry => ({
  type: "validation",
  step,
  elapsedMs: step * 100,
  iou: { background: 0.9, disc },
  foregroundIoU: disc ?? 0,
  best,
});
