import path from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { createEngine } from "../engine/create-engine.js";
import { loadModel } from "../model/load-model.js";
import { findInputs, type Input } from "../video/input/find-inputs.js";
import { runVideo, type VideoJob } from "../video/job/run-video.js";
import { needsRunLengths } from "../video/output/create-outputs.js";
import { addEngineOptions, engineOptions } from "./engine-options.js";
import { checkOptions } from "./option-values.js";
import { addRecordingOptions, recordingOptions, toPlanOptions } from "./recording-options.js";
import { INTERRUPTED, shutdownSignal } from "./shutdown.js";
import { VideoProgress } from "./video-progress.js";
import { formatVideoSummary, type VideoSummary } from "./video-summary.js";

const videoOptions = z.strictObject({
  model: z.string({ error: "a model's name, folder or .onnx file" }).min(1),
  manifest: z.string().min(1).optional(),
  input: z.array(z.string().min(1), { error: "files, folders or patterns" }).min(1),
  out: z.string({ error: "a folder" }).min(1),
  ...recordingOptions,
  resume: z.boolean().default(false),
  force: z.boolean().default(false),
  temporal: z.boolean().default(false),
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
  addEngineOptions(command)
    .option("--model <name|dir|file>", "the model to run")
    .option("--manifest <file>", "JSON with what the model's file does not say of itself")
    .option("--input <path...>", "videos, image folders, images, or patterns in quotes")
    .option("--out <dir>", "folder for all outputs");
  return addRecordingOptions(command)
    .option("--temporal", "let earlier pictures count, so that masks flicker less (docs/temporal.md)")
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
    runLengths: needsRunLengths(toPlanOptions(options).outputs),
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
  const { resume, force } = options;
  return { input, out, ...toPlanOptions(options), resume, force };
}
