import { z } from "zod";
import { loadSchema } from "../machine/load.js";
import { machineSchema } from "../machine/machine.js";
import { coreClockSchema } from "../machine/processor.js";
import { temperaturesSchema } from "../machine/temperatures.js";
import { throttlingSchema } from "../machine/throttling.js";

/** What the machine was at one moment. */
export const conditionsSchema = z.object({
  /** ISO 8601. */
  at: z.string(),
  load: loadSchema,
  clocks: z.array(coreClockSchema),
  temperatures: temperaturesSchema,
  throttling: throttlingSchema,
});
export type Conditions = z.infer<typeof conditionsSchema>;

export const disturbanceSchema = z.object({
  /** Share of all cores' time that other guests of the host took, 0..1; null where the kernel does not tell. */
  stealShare: z.number().nullable(),
  /** Share of all cores' time that other programs took, 0..1. */
  othersShare: z.number().nullable(),
});
export type Disturbance = z.infer<typeof disturbanceSchema>;

/** A look at the machine in passing; null where there is no such sensor. */
export const momentSchema = z.object({
  /** Since the start of the measurements. */
  ms: z.number(),
  maxCelsius: z.number().nullable(),
  meanMHz: z.number().nullable(),
  busyShare: z.number().nullable(),
  stealShare: z.number().nullable(),
  milliwatts: z.number().nullable(),
});
export type Moment = z.infer<typeof momentSchema>;

/** What every report of `mavseg bench` says, of whatever kind: the machine, and what it went through. */
export const reportHeadSchema = z.object({
  version: z.literal(1),
  machine: machineSchema,
  start: conditionsSchema,
  end: conditionsSchema,
  /** Over all turns. */
  disturbance: disturbanceSchema,
  /** Nothing beside the benchmark took more than a little of the machine: figures are its own. */
  isQuiet: z.boolean(),
  /** What was seen slowed down by heat or current during the run, and counters that went up. */
  throttled: z.array(z.string()),
  timeline: z.array(momentSchema),
});
export type ReportHead = z.infer<typeof reportHeadSchema>;

/** A figure that may be missing, and then why; `value` and `missing` are never both null, nor both something. */
export const measuredOrWhyNot = <T extends z.ZodType>(value: T) =>
  z.union([
    z.object({ value, missing: z.null() }),
    z.object({ value: z.null(), missing: z.string().min(1) }),
  ]);
