import { z } from "zod";
import { CAMERA_ENCODINGS } from "../../transport/image-files.js";
import { MASK_ENCODINGS } from "../../transport/message-header.js";
import { distributionSchema } from "../distribution.js";
import { energySchema } from "../energy-meter.js";
import { cellSchema } from "../report.js";
import { disturbanceSchema, measuredOrWhyNot, reportHeadSchema } from "../report-head.js";
import { countersSchema } from "./run-turn.js";
import { TRANSPORTS } from "./stream-cell.js";
import { STREAM_STAGES } from "./turn.js";

export const streamCellSchema = cellSchema.extend({
  encoding: z.enum(CAMERA_ENCODINGS),
  transport: z.enum(TRANSPORTS),
  cameras: z.int(),
});

/** What `mavseg run` costs while frames come. */
export const streamCostSchema = z.object({
  /** Cores kept busy by all its threads. */
  cpuCores: z.number(),
  /** Of the time that its threads wanted a core they had none: a busy machine's share, 0..1; null where the kernel does not tell. */
  waitingShare: z.number().nullable().default(null),
  cpuMsPerMask: z.number().nullable(),
  steadyRssBytes: z.number(),
  peakRssBytes: z.number(),
  /** Of all that the sensor sees, cameras and subscriber too where they share the board. */
  energy: measuredOrWhyNot(energySchema).default({
    value: null,
    missing: "reports of this age have none",
  }),
});

export const stepTurnSchema = z.object({
  frames: z.int(),
  masks: z.int(),
  dropped: z.int(),
  sentFps: z.number().nullable(),
  maskFps: z.number().nullable(),
  isHeld: z.boolean(),
  /** Of every mask, since the first counted frame, to the microsecond. */
  arrivalsMs: z.array(z.number()),
  agesMs: z.array(z.number()),
});

/** The stream at one rate. */
export const stepSchema = z.object({
  /** Asked of each camera, in frames per second. */
  fps: z.number(),
  /** Of all cameras together, by their stamps. */
  sentFps: z.number().nullable(),
  maskFps: z.number().nullable(),
  frames: z.int(),
  masks: z.int(),
  dropped: z.int(),
  /** Share of the frames that no mask came of. */
  dropRatio: z.number(),
  /** In most of the turns no more was dropped than is allowed, and the cameras kept their rate. */
  isHeld: z.boolean(),
  /** From the frame's stamp to the arrival of the mask at the subscriber; null without a mask, as those below. */
  ageMs: distributionSchema.nullable(),
  /** The net and what belongs to it: the sum of decode, preprocess, infer and postprocess. */
  processingMs: distributionSchema.nullable(),
  stagesMs: z.record(z.enum(STREAM_STAGES), distributionSchema).nullable(),
  /** As `mavseg run` counted, over whole turns. */
  counters: countersSchema,
  /** Null where the turns were too short to look at it twice. */
  cost: streamCostSchema.nullable(),
  /** Who of several cameras got how many masks. */
  cameras: z.array(z.object({ frames: z.int(), masks: z.int() })),
  turns: z.array(stepTurnSchema),
});
export type Step = z.infer<typeof stepSchema>;

export const kneeSchema = z.object({
  /** The highest rate of each camera that held; null where none did. */
  holdsFps: z.number().nullable(),
  /** The lowest above it that did not; null where the camera's highest rate held. */
  dropsFps: z.number().nullable(),
  /** The camera could not send faster, and did not drop. */
  isCameraLimit: z.boolean(),
});
export type Knee = z.infer<typeof kneeSchema>;

/** Whether age stays bounded where more frames come than can be processed. */
export const overloadSchema = z.object({
  /** Most masks per second that were seen at any rate. */
  capacityFps: z.number(),
  /** Asked of each camera: together twice the capacity. */
  fps: z.number(),
  /** What was sent by what came out. */
  factor: z.number().nullable(),
  ageP99Ms: z.number().nullable(),
  processingP50Ms: z.number().nullable(),
  /** The first by the second; null where there are too few masks for it. */
  ratio: z.number().nullable(),
  limit: z.number(),
  isBounded: z.boolean().nullable(),
});
export type Overload = z.infer<typeof overloadSchema>;

export const streamRowSchema = z.object({
  id: z.string(),
  cell: streamCellSchema,
  model: z.object({ name: z.string(), sha256: z.string(), bytes: z.number() }),
  engine: z.string(),
  executionProvider: z.string(),
  /** Whose kernels the net ran on; null where the engine leaves no choice, and in reports from before this was noted. */
  kernels: z.string().nullable().default(null),
  threads: z.int(),
  /** By rate. */
  steps: z.array(stepSchema),
  /** Null without a sweep, as below. */
  knee: kneeSchema.nullable(),
  overload: overloadSchema.nullable(),
  disturbance: disturbanceSchema,
});
export type StreamRow = z.infer<typeof streamRowSchema>;

export const streamSettingsSchema = z.object({
  /** Measured in any case. */
  fps: z.array(z.number()),
  isSweep: z.boolean(),
  /** Of each turn, in milliseconds; the beginning is not in it. */
  durationMs: z.number(),
  settleMs: z.number(),
  /** Turns of each rate; the sweep stops early where most of them agree. */
  repeats: z.int(),
  /** Of the knee, as a share. */
  tolerance: z.number(),
  /** Share of dropped frames at which a rate still holds. */
  allowedDrops: z.number(),
  maskEncoding: z.enum(MASK_ENCODINGS),
  /** Null: drawn. */
  images: z.string().nullable(),
  ortLibrary: z.string().nullable(),
  ortRelease: z.string(),
  providerLibraries: z.array(z.string()),
  providerOptions: z.record(z.string(), z.string()),
  niceness: z.int(),
});
export type StreamSettings = z.infer<typeof streamSettingsSchema>;

export const streamSkippedSchema = z.object({
  id: z.string(),
  cell: streamCellSchema,
  /** A code of docs/errors.md; null for anything else. */
  code: z.string().nullable(),
  reason: z.string(),
});

/** A report of `mavseg bench --stream`, docs/benchmark.md: the same head as one of the kind `engine`, other rows. */
export const streamReportSchema = reportHeadSchema.extend({
  kind: z.literal("stream"),
  settings: streamSettingsSchema,
  rows: z.array(streamRowSchema),
  skipped: z.array(streamSkippedSchema),
});
export type StreamReport = z.infer<typeof streamReportSchema>;
