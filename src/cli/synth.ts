import { Command } from "commander";
import { z } from "zod";
import { FRAME_HEIGHT_PX, FRAME_WIDTH_PX } from "../synth/flight.js";
import { FRAMES_PER_FLIGHT, writeSynthDataset } from "../synth/synth-dataset.js";
import { checkOptions } from "./option-values.js";
import { formatDuration, Progress } from "./progress.js";
import { INTERRUPTED, shutdownSignal } from "./shutdown.js";

/** Below it a drone is no more than a dot, above it a frame takes seconds. */
const side = z.int().min(64, "64 px or more").max(4096, "4096 px or less");
const frames = z.int().min(0).max(100_000);

const synthOptions = z.strictObject({
  out: z.string({ error: "the folder to make" }).min(1),
  seed: z.int().min(0).default(1),
  train: frames.default(120),
  val: frames.default(30),
  test: frames.default(30),
  width: side.default(FRAME_WIDTH_PX),
  height: side.default(FRAME_HEIGHT_PX),
  framesPerFlight: z.int().min(1).max(100_000).default(FRAMES_PER_FLIGHT),
  force: z.boolean().default(false),
});
type SynthOptions = z.infer<typeof synthOptions>;

const EXAMPLES = `
The same seed gives the same pictures. docs/synthetic-flight.md says what is drawn and how it is labelled.

Examples:
  $ mavseg synth --out flights/synth
  $ mavseg synth --out flights/many --seed 7 --train 600 --val 60 --test 60
  $ mavseg synth --out flights/video --train 0 --val 0 --test 300 --frames-per-flight 150`;

export function createCommand(): Command {
  return new Command("synth")
    .description("Draw a procedural flight with exact labels, as a data set: a drone in an indoor hall.")
    .option("--out <dir>", "the folder to make")
    .option("--seed <n>", "another number, other halls and flights (default: 1)", Number)
    .option("--train <n>", "frames to learn from (default: 120)", Number)
    .option("--val <n>", "frames to choose a net by (default: 30)", Number)
    .option("--test <n>", "frames for the final score (default: 30)", Number)
    .option("--width <px>", `of the frames (default: ${FRAME_WIDTH_PX})`, Number)
    .option("--height <px>", `of the frames (default: ${FRAME_HEIGHT_PX})`, Number)
    .option("--frames-per-flight <n>", `then another hall and drone (default: ${FRAMES_PER_FLIGHT})`, Number)
    .option("--force", "replace flights that were drawn there before")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => draw(checkOptions(synthOptions, flags)));
}

async function draw(options: SynthOptions): Promise<void> {
  const { train, val, test, ...rest } = options;
  const signal = shutdownSignal();
  const progress = new Progress("drawing");
  const startMs = performance.now();
  const onProgress = (done: number, total: number) => {
    const leftMs = ((performance.now() - startMs) / done) * (total - done);
    progress.update(done / total, `${done} of ${total} frames, ${formatDuration(leftMs)} left`);
  };
  try {
    await writeSynthDataset({ ...rest, frames: { train, val, test }, signal, onProgress });
  } catch (error) {
    progress.done();
    if (!signal.aborted) throw error;
    process.stderr.write("stopped; nothing was written\n");
    process.exitCode = INTERRUPTED;
    return;
  }
  progress.done();
  const seconds = (performance.now() - startMs) / 1000;
  process.stdout.write(
    `${train} train, ${val} val and ${test} test frames in ${options.out}, drawn in ${seconds.toFixed(1)} s\n`,
  );
}
