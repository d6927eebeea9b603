import { fileURLToPath } from "node:url";
import { z } from "zod";
import { listCells, parseEncoding, parseSize } from "../benchmark/cell.js";
import { MAX_FPS } from "../benchmark/stream/measure-rates.js";
import { renderStream } from "../benchmark/stream/render-stream.js";
import { runStreamBench, type StreamBenchOptions } from "../benchmark/stream/run-stream-bench.js";
import { listStreamCells, parseTransport } from "../benchmark/stream/stream-cell.js";
import { renderStreamPage } from "../benchmark/stream/stream-page.js";
import { ENGINES } from "../engine/create-engine.js";
import { PROVIDER_CHOICES } from "../engine/providers/provider.js";
import { MavsegError } from "../errors.js";
import { MASK_ENCODINGS } from "../transport/message-header.js";
import { checkFiles, giveReport, list, modelOption, modelsOf, pairs, parseShare } from "./bench-options.js";
import { checkOptions } from "./option-values.js";
import { Progress } from "./progress.js";
import { INTERRUPTED, shutdownSignal } from "./shutdown.js";

/** Of a turn: with three of them, enough for the p99 of a camera of 40 frames per second. */
const DEFAULT_DURATION_S = 10;
const DEFAULT_REPEATS = 3;
/** More would fill the memory of a board, and nobody has them. */
const MAX_CAMERAS = 16;

const streamOptions = z.strictObject({
  stream: z.literal(true),
  model: modelOption,
  manifest: z.array(z.string().min(1)).optional(),
  engine: list(z.enum(ENGINES)).default(["auto"]),
  executionProvider: list(z.enum(PROVIDER_CHOICES)).default(["auto"]),
  threads: list(z.int().min(1).max(256)).optional(),
  size: list(z.string()).default(["1280x1024"]),
  encoding: list(z.string()).default(["bgr8"]),
  transport: list(z.string()).default(["tcp"]),
  cameras: list(z.int().min(1).max(MAX_CAMERAS)).default([1]),
  fps: list(z.number().min(0.01).max(MAX_FPS)).optional(),
  sweep: z.boolean().default(false),
  repeats: z.int().min(1).max(99).default(DEFAULT_REPEATS),
  tolerance: z.string().default("5%"),
  allowDrops: z.string().default("0%"),
  maskEncoding: z.enum(MASK_ENCODINGS).default("mono8"),
  images: z.string().min(1).optional(),
  duration: z.number().positive().default(DEFAULT_DURATION_S),
  providerOptions: z.array(z.string()).optional(),
  providerLibraries: z.array(z.string().min(1)).optional(),
  ortLibrary: z.string().min(1).optional(),
  json: z.union([z.boolean(), z.string().min(1)]).default(false),
  html: z.string().min(1).optional(),
});
type StreamOptions = z.infer<typeof streamOptions>;

/** Rates that a run without `--fps` and without `--sweep` measures. */
const USUAL_FPS = [30];

/** `mavseg bench --stream`. @param flags as commander gives them */
export async function benchStream(flags: StreamFlags): Promise<void> {
  const options = checkOptions(streamOptions, withNumbers(flags));
  const plan = planOf(options);
  await checkFiles(options);
  const signal = shutdownSignal();
  const progress = new Progress("bench");
  try {
    const report = await runStreamBench({
      ...plan,
      signal,
      progress: (share, detail) => progress.update(share, detail),
    }).finally(() => progress.done());
    await giveReport(report, options, renderStreamPage, renderStream);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write("bench: interrupted; nothing was written\n");
    process.exitCode = INTERRUPTED;
  }
}

/** Lists of numbers, which commander gives as text. */
export interface StreamFlags {
  readonly threads?: readonly string[];
  readonly cameras?: readonly string[];
  readonly fps?: readonly string[];
}

/** `30,60` is a list as well. */
function withNumbers(flags: StreamFlags): object {
  const numbers = (list: readonly string[] | undefined) =>
    list?.flatMap((text) => text.split(",")).map(Number);
  return {
    ...flags,
    threads: numbers(flags.threads),
    cameras: numbers(flags.cameras),
    fps: numbers(flags.fps),
  };
}

function planOf(options: StreamOptions): Omit<StreamBenchOptions, "signal" | "progress"> {
  const { ortLibrary, providerLibraries, providerOptions, sweep, duration, repeats, images } = options;
  const cells = listCells({
    models: modelsOf(options),
    engines: options.engine,
    executionProviders: options.executionProvider,
    threads: options.threads ?? [null],
    sizes: options.size.map(parseSize),
    encodings: options.encoding.map(parseEncoding),
  });
  return {
    cells: listStreamCells(cells, options.transport.map(parseTransport), options.cameras),
    engineOptions: { ortLibrary, providerLibraries, providerOptions: pairs(providerOptions) },
    program: fileURLToPath(new URL("./main.js", import.meta.url)),
    fps: options.fps ?? (sweep ? [] : USUAL_FPS),
    isSweep: sweep,
    durationMs: duration * 1000,
    repeats,
    tolerance: toleranceOf(options.tolerance),
    allowedDrops: parseShare("--allow-drops", options.allowDrops),
    maskEncoding: options.maskEncoding,
    images: images ?? null,
  };
}

/** Rates have three digits: nothing closer than a hundredth can be told. */
const LEAST_TOLERANCE = 0.01;

function toleranceOf(text: string): number {
  const tolerance = parseShare("--tolerance", text);
  if (tolerance >= LEAST_TOLERANCE) return tolerance;
  throw new MavsegError("USAGE", { expected: "--tolerance of at least 1%", actual: text });
}
