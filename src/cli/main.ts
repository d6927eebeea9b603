#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { reportError } from "./report-error.js";
import { VERSION } from "./version.js";

/** A command's module: it gives the finished command, and is loaded only when that command is called. */
interface CommandModule {
  readonly createCommand: () => Command;
}

/**
 * The commands in the order of `mavseg --help`. Each module is imported on demand: `mavseg run` must start fast and
 * load neither tfjs nor training code.
 */
const COMMANDS: Record<string, { readonly summary: string; readonly load: () => Promise<CommandModule> }> = {
  demo: {
    summary: "play the embedded flight through camera, run and subscriber",
    load: () => import("./demo.js"),
  },
  synth: { summary: "draw a procedural flight with exact labels", load: () => import("./synth.js") },
  train: { summary: "learn a net from labelled frames", load: () => import("./train.js") },
  export: { summary: "write a trained net as ONNX", load: () => import("./export.js") },
  eval: { summary: "score a model on labelled frames", load: () => import("./eval.js") },
  describe: { summary: "say what a net or a model consists of", load: () => import("./describe.js") },
  warm: { summary: "prepare a model for this machine before the flight", load: () => import("./warm.js") },
  run: { summary: "frames from ZeroMQ in, masks to ZeroMQ out", load: () => import("./run.js") },
  camera: { summary: "play a folder of images as a camera", load: () => import("./camera.js") },
  bench: { summary: "measure latency, memory, power and accuracy", load: () => import("./bench.js") },
  doctor: {
    summary: "say whether this machine is fit, and how to mend what is not",
    load: () => import("./doctor.js"),
  },
  video: {
    summary: "recorded flights in, masks and overlays out",
    load: () => import("./video.js"),
  },
  batch: { summary: "a fleet's recordings, spread over many machines", load: () => import("./batch.js") },
  worker: { summary: "work on the recordings of batches", load: () => import("./worker.js") },
  subscribe: { summary: "show masks as they arrive", load: () => import("./subscribe.js") },
};

const HELP_AFTER = `
Examples:
  $ mavseg demo
  $ mavseg run --model tied-m-perch_drone --source tcp://127.0.0.1:5555 --publish tcp://127.0.0.1:5556
  $ mavseg train --data flights/ --net tied-m --out runs/first --minutes 60
  $ mavseg export --run runs/first --out first.onnx

Exit codes: 0 done, 1 failed while running, 2 wrong use or wrong input.`;

/**
 * A reader that goes away (`mavseg subscribe | head`) ends what is printed for it. Of logs it ends nothing: a drone flies
 * on when nobody listens.
 */
function outliveReaders(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

async function main(argv: readonly string[]): Promise<void> {
  outliveReaders();
  const program = new Command("mavseg")
    .description("Tiny weight-tied segmentation nets for drones: train, export, run.")
    .version(VERSION)
    .addHelpText("after", HELP_AFTER)
    .exitOverride();
  const wanted = argv[2];
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    if (name === wanted) program.addCommand((await load()).createCommand().exitOverride());
    else program.command(name).summary(summary).description(summary);
  }
  await program.parseAsync(argv as string[]);
}

main(process.argv).catch((error: unknown) => {
  // Commander has already printed its own message; --help and --version come through here with exit code 0.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportError(error);
});
