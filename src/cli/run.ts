import { Command } from "commander";
import type { Logger } from "pino";
import { z } from "zod";
import { createEngine } from "../engine/create-engine.js";
import type { Engine } from "../engine/engine.js";
import { sayKernels } from "../engine/kernels.js";
import { sayWhileWaiting } from "../engine/providers/waiting.js";
import { MavsegError } from "../errors.js";
import { loadModel } from "../model/load-model.js";
import { Pipeline } from "../pipeline/pipeline.js";
import { warmUp } from "../pipeline/warm-up.js";
import { DEFAULT_FRAMES_ADDRESS, DEFAULT_MASKS_ADDRESS, parseAddress } from "../transport/address.js";
import { openFrameSource } from "../transport/frame-source.js";
import { openMaskPublisher } from "../transport/mask-publisher.js";
import { collectMessagesEarly } from "../transport/message-garbage.js";
import { MASK_ENCODINGS } from "../transport/message-header.js";
import type { Recorder } from "../video/record/recorder.js";
import { addEngineOptions, engineOptions } from "./engine-options.js";
import { checkOptions, readConfigFile } from "./option-values.js";
import { formatSummary } from "./run-summary.js";
import { shutdownSignal } from "./shutdown.js";
import { createLog } from "./stream-log.js";
import {
  ADDRESS_HELP,
  countOption,
  jsonOption,
  MASKS_TOPIC,
  protocolOption,
  topicOption,
} from "./transport-options.js";

const runOptions = z.strictObject({
  model: z.string({ error: "a model's name, folder or .onnx file" }).min(1),
  manifest: z.string().min(1).optional(),
  source: z.string().default(DEFAULT_FRAMES_ADDRESS),
  publish: z.string().default(DEFAULT_MASKS_ADDRESS),
  protocol: protocolOption,
  sourceTopic: topicOption.default(""),
  topic: topicOption.default(MASKS_TOPIC),
  encoding: z.enum(MASK_ENCODINGS).default("mono8"),
  record: z.string().min(1).optional(),
  recordOverlay: z.boolean().default(false),
  temporal: z.boolean().default(false),
  ...engineOptions,
  silenceMs: z.int().min(1).max(86_400_000).default(5000),
  maxFrames: countOption,
  json: jsonOption,
});
type RunOptions = z.infer<typeof runOptions>;

const STATUS_INTERVAL_MS = 5000;

const EXAMPLES = `${ADDRESS_HELP}

A config file holds the same options as JSON: {"model": "tied-m-perch_drone", "silenceMs": 2000}. Flags win.

Examples:
  $ mavseg run --model tied-m-perch_drone --source tcp://127.0.0.1:5555 --publish tcp://127.0.0.1:5556
  $ mavseg run --model ./net.onnx --manifest net.json --encoding rle8 --json
  $ mavseg run --model tied-m-perch_drone --protocol imagezmq-reqrep --source @tcp://127.0.0.1:5555
  $ mavseg run --model tied-m-perch_drone --ep webgpu --ep-library ./libonnxruntime_providers_webgpu.so
  $ mavseg run --model tied-m-perch_drone --record flight.mcap --record-overlay
  $ mavseg run --config run.json`;

export function createCommand(): Command {
  const command = new Command("run").description(
    "Take camera frames from ZeroMQ, publish class masks to ZeroMQ. Ctrl-C ends it with a summary.",
  );
  return addEngineOptions(command)
    .option("--model <name|dir|file>", "the model to run")
    .option("--manifest <file>", "JSON with what the model's file does not say of itself")
    .option("--source <address>", `where frames come from (default: ${DEFAULT_FRAMES_ADDRESS})`)
    .option("--publish <address>", `where masks go (default: ${DEFAULT_MASKS_ADDRESS})`)
    .option("--protocol <name>", "mavseg, imagezmq (PUB/SUB) or imagezmq-reqrep (default: mavseg)")
    .option("--source-topic <prefix>", "take frames of these topics only (default: all)")
    .option("--topic <topic>", `topic of the masks (default: ${MASKS_TOPIC})`)
    .option("--encoding <name>", `of the masks: ${MASK_ENCODINGS.join(", ")} (default: mono8)`)
    .option(
      "--record <file|dir>",
      "record frames and masks to a .mcap file, or to one of its own in a folder",
    )
    .option("--record-overlay", "record frames with their masks over them as well, as H.264")
    .option("--temporal", "let earlier frames count, so that masks flicker less (docs/temporal.md)")
    .option("--silence-ms <n>", "tell when no frame came for so long (default: 5000)", Number)
    .option("--max-frames <n>", "end after so many frames", Number)
    .option("--config <file>", "read options from a JSON file")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async ({ config, ...flags }: { config?: string }) => {
      const file = config === undefined ? {} : await readConfigFile(config);
      await run(checkOptions(runOptions, flags, file));
    });
}

async function run(options: RunOptions): Promise<void> {
  collectMessagesEarly();
  const signal = shutdownSignal();
  const log = createLog("mavseg-run");
  log.info({ options }, "options");
  // Wrong options are told before the model is loaded, which may take long.
  parseAddress(options.source, "connect");
  parseAddress(options.publish, "bind");
  if (options.recordOverlay && options.record === undefined) {
    throw new MavsegError("USAGE", { expected: "--record with --record-overlay", actual: "no --record" });
  }
  const model = await loadModel(options.model, { manifestFile: options.manifest });
  const engine = await createEngine(model, {
    ...options,
    runLengths: options.encoding !== "mono8" || options.record !== undefined,
    log: (message) => log.warn(message),
    progress: (message) => log.info(message),
  });
  try {
    // Providers compile for a size when its first frame comes, which can take as long as creating the session.
    const warm = sayWhileWaiting(warmUp(engine), (seconds) => log.info({ seconds }, "warming up"));
    const warmUpMs = Math.round(await warm);
    const { name, executionProvider, manifest, modelSha256 } = engine;
    log.info(
      {
        engine: name,
        executionProvider,
        kernels: sayKernels(engine),
        model: manifest.name,
        modelSha256,
        warmUpMs,
      },
      "model is ready",
    );
    await stream(engine, options, log, signal);
  } finally {
    await engine.close();
  }
}

async function stream(engine: Engine, options: RunOptions, log: Logger, signal: AbortSignal): Promise<void> {
  const { manifest } = engine;
  const model = { name: manifest.name, sha256: engine.modelSha256 };
  const sink = await openMaskPublisher({
    address: parseAddress(options.publish, "bind"),
    topic: options.topic,
    encoding: options.encoding,
    classes: manifest.classes.map(({ name }) => name),
    model,
  });
  let recorder: Recorder | undefined;
  try {
    recorder = await openRecorder(engine, options, log);
    const { protocol, sourceTopic: topic, silenceMs } = options;
    const address = parseAddress(options.source, "connect");
    const source = await openFrameSource({ address, protocol, topic, silenceMs, log });
    const pipeline = new Pipeline({ source, engine, sink, recorder, log, maxFrames: options.maxFrames });
    signal.addEventListener("abort", () => pipeline.stop());
    if (signal.aborted) pipeline.stop();
    log.info({ source: source.endpoint, publish: sink.endpoint }, "waiting for frames");
    const status = setInterval(() => logStatus(pipeline, engine, recorder, log), STATUS_INTERVAL_MS).unref();
    const summary = await pipeline.run().finally(() => clearInterval(status));
    const recording = await recorder?.close();
    recorder = undefined;
    const whole = recording === undefined ? summary : { ...summary, recording };
    process.stdout.write(options.json ? `${JSON.stringify(whole)}\n` : formatSummary(whole));
  } finally {
    await sink.close();
    await recorder?.close();
  }
}

async function openRecorder(engine: Engine, options: RunOptions, log: Logger): Promise<Recorder | undefined> {
  const { record: target, recordOverlay: hasOverlay } = options;
  if (target === undefined) return undefined;
  // Loaded where it is wanted: it brings MCAP and protobuf with it.
  const { Recorder } = await import("../video/record/recorder.js");
  const { classes, name } = engine.manifest;
  const model = { name, sha256: engine.modelSha256 };
  const recorder = await Recorder.open({ target, classes, model, hasOverlay, log });
  log.info({ file: recorder.file }, "recording");
  return recorder;
}

function logStatus(pipeline: Pipeline, engine: Engine, recorder: Recorder | undefined, log: Logger): void {
  const { executionProvider, providerFallbacks = 0 } = engine;
  const residentBytes = process.memoryUsage.rss();
  const provider = { executionProvider, providerFallbacks, kernels: sayKernels(engine) };
  const recording = recorder && { recording: recorder.counters };
  const ageMs = pipeline.age ?? null;
  log.info({ ...pipeline.counters, ...provider, ageMs, ...recording, residentBytes }, "status");
}
