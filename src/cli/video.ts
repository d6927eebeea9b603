import path from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { createEngine } from "../engine/create-engine.js";
import { loadModel } from "../model/load-model.js";
import { findInputs, type Input } from "../video/input/find-inputs.js";
import { type OutputChoice, OVERLAY_FORMATS } from "../video/job/plan.js";
import { runVideo, type VideoJob } from "../video/job/run-video.js";
import { INDEX_FORMATS } from "../video/output/index-files.js";
import { MASK_FORMATS } from "../video/output/mask-files.js";
import type { RecordingOptions } from "../video/recording.js";
import { addEngineOptions, engineOptions } from "./engine-options.js";
import { checkOptions } from "./option-values.js";
import { INTERRUPTED, shutdownSignal } from "./shutdown.js";
import { VideoProgress } from "./video-progress.js";
import { formatVideoSummary, type VideoSummary } from "./video-summary.js";

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

const videoOptions = z.strictObject({
  model: z.string({ error: "a model's name, folder or .onnx file" }).min(1),
  manifest: z.string().min(1).optional(),
  input: z.array(z.string().min(1), { error: "files, folders or patterns" }).min(1),
  out: z.string({ error: "a folder" }).min(1),
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
  resume: z.boolean().default(false),
  force: z.boolean().default(false),
  ...engineOptions,
  json: z.boolean().default(false),
});
type VideoOptions = z.infer<typeof videoOptions>;

const EXAMPLES = `
Inputs are videos that FFmpeg reads, MCAP recordings, folders of images, or images by name or pattern. Several inputs
get a folder of their own each in --out. docs/video.md describes every output.

Examples:
  $ mavseg video --model tied-m-perch_drone --input flight.mp4 --out masks --masks png
  $ mavseg video --model tied-m-perch_drone --input flight.mkv --out seen --overlay mp4 --start 1:30 --end 2:00
  $ mavseg video --model tied-m-perch_drone --input photos/ --out seen --overlay png --masks rle --fps 10
  $ mavseg video --model tied-m-perch_drone --input flight.mcap --topic /camera --out seen --mcap masks.mcap
  $ mavseg video --model tied-m-perch_drone --input flight.mp4 --out masks --masks png --resume`;

export function createCommand(): Command {
  const command = new Command("video").description(
    "Run a model over recorded flights, as fast as the machine allows. A run that was cut off goes on with --resume.",
  );
  return addEngineOptions(command)
    .option("--model <name|dir|file>", "the model to run")
    .option("--manifest <file>", "JSON with what the model's file does not say of itself")
    .option("--input <path...>", "videos, image folders, images, or patterns in quotes")
    .option("--out <dir>", "folder for all outputs")
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
    .option("--chunk-frames <n>", "pictures between two places to resume from (default: 300)", Number)
    .option("--resume", "go on with an unfinished run from its last finished chunk")
    .option("--force", "replace earlier outputs")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => {
      await runAll(checkOptions(videoOptions, flags));
    });
}

const warn = (message: string) => process.stderr.write(`${message}\n`);

async function runAll(options: VideoOptions): Promise<void> {
  const inputs = await findInputs(options.input);
  const model = await loadModel(options.model, { manifestFile: options.manifest });
  const engine = await createEngine(model, {
    ...options,
    runLengths: options.masks.includes("rle"),
    log: warn,
    progress: warn,
  });
  const signal = shutdownSignal();
  const summaries: VideoSummary[] = [];
  try {
    for (const input of inputs) {
      if (signal.aborted) break;
      const progress = new VideoProgress(inputs.length === 1 ? "video" : input.name);
      const job = toJob(
        input,
        inputs.length === 1 ? options.out : path.join(options.out, input.name),
        options,
      );
      const watcher = { signal, warn, progress: progress.update.bind(progress) };
      try {
        const result = await runVideo(job, engine, watcher);
        summaries.push({ input: input.name, out: job.out, ...result, ...progress.speed() });
      } finally {
        progress.done();
      }
    }
  } finally {
    await engine.close();
  }
  const results = options.json
    ? `${JSON.stringify(summaries)}\n`
    : summaries.map(formatVideoSummary).join("");
  process.stdout.write(results);
  if (signal.aborted) process.exitCode = INTERRUPTED;
}

function toJob(input: Input, out: string, options: VideoOptions): VideoJob {
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
  const { chunkFrames, resume, force } = options;
  return { input, out, recording, outputs, chunkFrames, resume, force };
}
