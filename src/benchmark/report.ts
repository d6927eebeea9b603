import { z } from "zod";
import { PIXEL_ENCODINGS } from "../core/frame.js";
import { ENGINES } from "../engine/create-engine.js";
import { PROVIDER_CHOICES } from "../engine/providers/provider.js";
import { intervalSchema } from "./bootstrap.js";
import { distributionSchema } from "./distribution.js";
import { energySchema } from "./energy-meter.js";
import { layersSchema } from "./layers/layer-report.js";
import { disturbanceSchema, measuredOrWhyNot, reportHeadSchema } from "./report-head.js";

export const accuracySchema = z.object({
  dataset: z.string(),
  split: z.string(),
  images: z.int(),
  /** IoU and accuracy are in 0..1; null where no px of it is labelled or found. */
  meanIoU: z.number().nullable(),
  meanIoUWithoutBackground: z.number().nullable(),
  pixelAccuracy: z.number().nullable(),
  classes: z.array(z.object({ name: z.string(), iou: z.number().nullable() })),
});
export type Accuracy = z.infer<typeof accuracySchema>;

export const cellSchema = z.object({
  model: z.string(),
  manifest: z.string().nullable(),
  engine: z.enum(ENGINES),
  executionProvider: z.enum(PROVIDER_CHOICES),
  threads: z.int().nullable(),
  size: z.object({ width: z.int(), height: z.int() }),
  encoding: z.enum(PIXEL_ENCODINGS),
});

const costSchema = z.object({
  /** Of all threads of the process, per call. */
  cpuMsPerFrame: z.number(),
  /** Most resident memory: while the model loads, or while it runs. The frames shown are in it: `frameBytes`. */
  peakRssBytes: z.number(),
  /** Median over the rounds. */
  steadyRssBytes: z.number(),
  frameBytes: z.number(),
  /** From the start of a fresh process to the first mask, the drawing of the frames left out. */
  startToFirstMaskMs: z.number(),
  modelLoadMs: z.number(),
  energy: measuredOrWhyNot(energySchema),
});

export const rowSchema = z.object({
  /** The same for the same cell in every report. */
  id: z.string(),
  /** As it was asked for. */
  cell: cellSchema,
  model: z.object({ name: z.string(), sha256: z.string(), bytes: z.number() }),
  /** What `auto` became. */
  engine: z.string(),
  executionProvider: z.string(),
  /** Whose kernels the net ran on; null where the engine leaves no choice, and in reports from before this was noted. */
  kernels: z.string().nullable().default(null),
  ortRelease: z.string(),
  threads: z.int(),
  frames: z.int(),
  warmUp: z.object({ runs: z.int(), ms: z.number(), isStable: z.boolean() }),
  /** From frame to mask, as the caller sees it. */
  totalMs: distributionSchema,
  /** The same calls by stage. `handOver` is what lies between the stages: threads, promises, queues. */
  stagesMs: z.object({
    decode: distributionSchema,
    preprocess: distributionSchema,
    infer: distributionSchema,
    postprocess: distributionSchema,
    handOver: distributionSchema,
  }),
  /** Calls per second with one frame in flight: 1000 by the mean. */
  fps: z.number(),
  medianMs: intervalSchema,
  /** Of the medians, against the first row, paired by round; exactly 1 for the first row. */
  ratio: intervalSchema,
  cost: costSchema,
  disturbance: disturbanceSchema,
  accuracy: measuredOrWhyNot(accuracySchema).nullable(),
  layers: measuredOrWhyNot(layersSchema).nullable(),
  /** Every call of every round, to the microsecond. */
  roundsMs: z.array(z.array(z.number())),
});
export type Row = z.infer<typeof rowSchema>;

export const skippedSchema = z.object({
  id: z.string(),
  cell: cellSchema,
  /** A code of docs/errors.md; null where the process ended. */
  code: z.string().nullable(),
  reason: z.string(),
});
export type Skipped = z.infer<typeof skippedSchema>;

export const settingsSchema = z.object({
  /** The percentile that the runs were to support. */
  percentile: z.number(),
  /** Per row: fewer where time ran out. */
  runs: z.int(),
  rounds: z.int(),
  /** Most time per row. */
  durationMs: z.number(),
  /** Calls at the start of each turn that do not count. */
  settleRuns: z.int(),
  /** Null: drawn. */
  images: z.string().nullable(),
  /** Null: that of onnxruntime-node. */
  ortLibrary: z.string().nullable(),
  providerLibraries: z.array(z.string()),
  providerOptions: z.record(z.string(), z.string()),
  seed: z.int(),
  /** Of the process, -20 (first) to 19 (last). */
  niceness: z.int(),
});
export type Settings = z.infer<typeof settingsSchema>;

/**
 * A report of `mavseg bench`, docs/benchmark.md. Keys are added only; a change of meaning gets another version. `kind`
 * says what was measured: `engine` is frame to mask within a process.
 */
export const benchReportSchema = reportHeadSchema.extend({
  kind: z.literal("engine"),
  settings: settingsSchema,
  rows: z.array(rowSchema),
  /** Combinations that cannot be, and those that failed. */
  skipped: z.array(skippedSchema),
});
export type BenchReport = z.infer<typeof benchReportSchema>;
