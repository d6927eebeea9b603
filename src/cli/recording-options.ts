import type { Command } from "commander";
import { z } from "zod";
import { type OutputChoice, OVERLAY_FORMATS, type Plan } from "../video/job/plan.js";
import { INDEX_FORMATS } from "../video/output/index-files.js";
import { MASK_FORMATS } from "../video/output/mask-files.js";
import type { RecordingOptions } from "../video/recording.js";

const TIME = /^(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)$/;
const SIZE = /^(\d{1,5})x(\d{1,5})$/;

/** Seconds, or h:mm:ss, or m:ss. */
const time = z
  .string()
  .regex(TIME, "seconds, m:ss or h:mm:ss")
  .transform((text) => text.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0));

const size = z
  .string()
  .regex(SIZE, "WIDTHxHEIGHT in px")
  .transform((text) => {
    const [width, height] = text.split("x").map(Number) as [number, number];
    return { width, height };
  });

/** What of recordings is wanted, and which outputs: of the commands that run a model over recordings. */
export const recordingOptions = {
  masks: z.array(z.enum(MASK_FORMATS)).default([]),
  overlay: z.array(z.enum(OVERLAY_FORMATS)).default([]),
  mcap: z
    .string()
    .regex(/^[^/\\]+\.mcap$/, "a file name that ends in .mcap; it is written in --out")
    .optional(),
  topic: z.string().min(1).optional(),
  index: z.array(z.enum(INDEX_FORMATS)).default(["jsonl"]),
  report: z.boolean().default(true),
  start: time.optional(),
  end: time.optional(),
  every: z.int().min(1).max(1_000_000).default(1),
  size: size.optional(),
  fps: z.number().min(0.001).max(1000).default(30),
  chunkFrames: z.int().min(1).max(1_000_000).default(300),
};
type RecordingFlags = z.infer<z.ZodObject<typeof recordingOptions>>;

export function addRecordingOptions(command: Command): Command {
  return command
    .option("--masks <format...>", `one file per mask: ${MASK_FORMATS.join(", ")}`)
    .option("--overlay <format...>", `pictures with their masks over them: ${OVERLAY_FORMATS.join(", ")}`)
    .option("--mcap <name.mcap>", "masks, overlays and objects as a robotics recording in --out")
    .option("--topic <name>", "of a robotics recording: where its pictures are (default: the only one)")
    .option(
      "--index <format...>",
      `list of pictures and objects: ${INDEX_FORMATS.join(", ")} (default: jsonl)`,
    )
    .option("--no-report", "leave out report.html")
    .option("--start <time>", "leave out what is before: seconds, m:ss or h:mm:ss")
    .option("--end <time>", "leave out what is at or after")
    .option("--every <n>", "take every n-th picture only", Number)
    .option("--size <WxH>", "bring pictures to this size first")
    .option("--fps <n>", "pictures per second of images, which have no times (default: 30)", Number)
    .option("--chunk-frames <n>", "pictures between two places to resume from (default: 300)", Number);
}

export function toPlanOptions(options: RecordingFlags): Pick<Plan, "recording" | "outputs" | "chunkFrames"> {
  const recording: RecordingOptions = {
    startS: options.start ?? 0,
    endS: options.end ?? Number.POSITIVE_INFINITY,
    every: options.every,
    size: options.size,
    framesPerSecond: options.fps,
    topic: options.topic,
  };
  const outputs: OutputChoice = {
    masks: options.masks,
    index: options.index,
    overlay: options.overlay,
    mcap: options.mcap,
    report: options.report,
  };
  return { recording, outputs, chunkFrames: options.chunkFrames };
}
