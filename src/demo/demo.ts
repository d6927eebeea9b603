import path from "node:path";
import { percentile } from "../core/percentiles.js";
import { openDataset } from "../dataset/dataset.js";
import { type LabelledFrame, listSplit } from "../dataset/split.js";
import { isSynthDataset, writeSynthDataset } from "../synth/synth-dataset.js";
import { parseAddress } from "../transport/address.js";
import type { Log } from "../transport/log.js";
import { openMaskSubscriber, type ReceivedMask } from "../transport/mask-subscriber.js";
import { MaskCollector } from "./mask-collector.js";
import { scoreMasks, writeOverlays } from "./review.js";
import { Stage, type StageOptions } from "./stage.js";

export interface DemoOptions {
  /** The built `dist/cli/main.js`, which the processes run. */
  readonly cli: string;
  /** As `mavseg run --model` takes it. */
  readonly model: string;
  /** `<out>/flight` keeps the drawn flight, `<out>/overlays` gets the pictures. */
  readonly out: string;
  readonly frames: number;
  readonly fps: number;
  /** Frame size in px; that of `renderFlight` by default. */
  readonly width?: number;
  readonly height?: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly onMask: (mask: ReceivedMask) => void;
  readonly onProgress: (what: "drawing" | "scoring", done: number, total: number) => void;
  /** Told before the error is thrown, with the last lines of the process's log. */
  readonly onStageDied: (name: string, lastLines: readonly string[]) => void;
}

export interface DemoSummary {
  readonly model: string;
  /** Frames that the camera sent. */
  readonly frames: number;
  /** Masks that arrived here. */
  readonly masks: number;
  /** Frames without a mask. */
  readonly dropped: number;
  /** From the frame's stamp to the mask's arrival here; null without a mask. */
  readonly ageMs: { readonly p50: number; readonly p99: number } | null;
  /** Of the drone over all masks, 0..1; null when it was neither there nor seen. */
  readonly droneIoU: number | null;
  /** Folder with pictures to look at. */
  readonly overlays: string;
  readonly overlayCount: number;
}

interface Streamed {
  /** Frames that the camera says it sent. */
  readonly sent: number;
  readonly masks: readonly ReceivedMask[];
}

/** Halls that no shipped model has seen in training: seeds of data sets are small numbers. */
const FLIGHT_SEED = 20_250_704;
/** Three halls in a demo of the default length. */
const FRAMES_PER_FLIGHT = 50;
const SPLIT = "test";
const OVERLAYS = 12;
/** After the camera's end, a mask that is late by so long will not come. */
const QUIET_MS = 5000;
/** Binds to a port that is free. */
const ANY_PORT = "tcp://127.0.0.1:*";

/**
 * The main job with nothing set up: a camera and a `mavseg run`, each a process of its own, and this process as the
 * subscriber, over ZeroMQ on loopback ports. Whatever happens, the processes have ended when it returns or throws.
 * @throws MavsegError `STAGE_DIED`, `OUTPUT_UNWRITABLE`, `OUTPUT_EXISTS`; the signal's reason when it aborts
 */
export async function runDemo(options: DemoOptions): Promise<DemoSummary> {
  const { out, onProgress } = options;
  const { sent, masks } = await stream(options);
  const frames = await flightFrames(options);
  const droneIoU = await scoreMasks(masks, frames, (done) => onProgress("scoring", done, masks.length));
  const overlays = path.join(out, "overlays");
  const overlayCount = await writeOverlays(masks, frames, overlays, OVERLAYS);
  const ages = Float64Array.from(masks, ({ ageMs }) => ageMs).sort();
  return {
    model: masks[0]?.header.model.name ?? options.model,
    frames: sent,
    masks: masks.length,
    dropped: sent - masks.length,
    ageMs: ages.length === 0 ? null : { p50: percentile(ages, 50), p99: percentile(ages, 99) },
    droneIoU,
    overlays,
    overlayCount,
  };
}

/** Plays the flight through the processes. */
async function stream(options: DemoOptions): Promise<Streamed> {
  const { cli, signal, onStageDied, log } = options;
  const stages: Stage[] = [];
  const aborted = rejectionOf(signal);
  const guard = <T>(work: Promise<T>) => Promise.race([work, aborted, ...stages.map(({ died }) => died)]);
  const start = (stage: Omit<StageOptions, "cli">) => {
    const started = new Stage({ ...stage, cli });
    started.died.catch(() => onStageDied(started.name, started.lastLines));
    stages.push(started);
    return started;
  };
  try {
    // The net first: a model that cannot be loaded is told of before a flight is drawn.
    log.info({ model: options.model }, "starting mavseg run");
    const run = start({ name: "run", args: runArguments(options), endsByItself: false });
    const endpoints = await guard(run.logged("waiting for frames"));
    await guard(prepareFlight(options));
    return await play(options, start, guard, String(endpoints.source), String(endpoints.publish));
  } finally {
    await Promise.all(stages.map((stage) => stage.stop()));
  }
}

async function play(
  options: DemoOptions,
  start: (stage: Omit<StageOptions, "cli">) => Stage,
  guard: <T>(work: Promise<T>) => Promise<T>,
  framesEndpoint: string,
  masksEndpoint: string,
): Promise<Streamed> {
  const connection = firstEvent(options.log);
  const address = parseAddress(masksEndpoint, "connect");
  const subscriber = await openMaskSubscriber({ address, topic: "", log: connection.log });
  try {
    // The camera only after that: masks sent before the subscription would be missed.
    await guard(connection.happened);
    options.log.info({ frames: framesEndpoint, masks: masksEndpoint }, "starting mavseg camera");
    const camera = start({
      name: "camera",
      args: cameraArguments(options, framesEndpoint),
      endsByItself: true,
    });
    const collector = new MaskCollector(subscriber, options.onMask);
    const collected = collector.collect(options.frames - 1);
    // Awaited only after the camera's end: a failure until then is thrown there.
    collected.catch(() => {});
    const { frames } = JSON.parse(await guard(camera.ended())) as { frames: number };
    await guard(Promise.race([collected, collector.silence(QUIET_MS)]));
    return { sent: frames, masks: collector.masks };
  } finally {
    subscriber.close();
  }
}

function runArguments({ model }: DemoOptions): string[] {
  // Both ends are bound by this stage, so that the system picks the ports and nobody can take them meanwhile. Frames
  // are long in coming while the flight is drawn: no reason for a warning.
  const silence = String(10 * 60 * 1000);
  const addresses = ["--source", `@${ANY_PORT}`, "--publish", ANY_PORT];
  return ["run", "--model", model, ...addresses, "--encoding", "rle8", "--silence-ms", silence, "--json"];
}

function cameraArguments({ out, fps, frames }: DemoOptions, endpoint: string): string[] {
  const source = path.join(flightDir(out), SPLIT, "images");
  const pace = ["--fps", String(fps), "--count", String(frames), "--wait-subscriber"];
  return ["camera", "--source", source, "--publish", `>${endpoint}`, ...pace, "--json"];
}

/** Draws the flight, unless an earlier demo has left the very same one. */
async function prepareFlight(options: DemoOptions): Promise<void> {
  const { out, frames, width, height, signal, onProgress } = options;
  const flight = {
    out: flightDir(out),
    seed: FLIGHT_SEED,
    frames: { train: 0, val: 0, test: frames },
    framesPerFlight: FRAMES_PER_FLIGHT,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
  if (await isSynthDataset(flight)) return;
  const onFrame = (done: number, total: number) => onProgress("drawing", done, total);
  await writeSynthDataset({ ...flight, force: true, signal, onProgress: onFrame });
}

async function flightFrames({ out }: DemoOptions): Promise<LabelledFrame[]> {
  return listSplit(await openDataset(flightDir(out)), SPLIT);
}

function flightDir(out: string): string {
  return path.join(out, "flight");
}

/** A log that resolves a promise with the first thing it is told of: for a subscriber, that it is connected. */
function firstEvent(log: Log): { log: Log; happened: Promise<void> } {
  let resolve: () => void;
  const happened = new Promise<void>((done) => {
    resolve = done;
  });
  return { log: { info: () => resolve(), warn: (fields, message) => log.warn(fields, message) }, happened };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  const rejection = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  rejection.catch(() => {});
  return rejection;
}
