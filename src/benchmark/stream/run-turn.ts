import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { StreamCell } from "./stream-cell.js";
import { StreamProcess, type Usage } from "./stream-process.js";

/** What holds for every turn of a row. */
export interface StreamSetting {
  readonly cell: StreamCell;
  /** The built `dist/cli/main.js`. */
  readonly program: string;
  /** What the cameras play, over and over. */
  readonly framesFolder: string;
  /** Where ipc's sockets lie. */
  readonly socketFolder: string;
  readonly maskEncoding: string;
  /** Further options of `mavseg run`. */
  readonly engineArgs: readonly string[];
}

const cameraSummary = z.object({ frames: z.int(), late: z.int(), seconds: z.number() });

/** What `mavseg run` counted, over the whole turn. */
export const countersSchema = z.object({
  received: z.int(),
  malformed: z.int(),
  /** Never came, by gaps in seq. */
  lost: z.int(),
  /** Came, and was replaced by a newer one before the net was free. */
  superseded: z.int(),
  failed: z.int(),
  masks: z.int(),
});
export type StreamCounters = z.infer<typeof countersSchema>;

const runSummary = countersSchema.extend({ providerFallbacks: z.int() });

const readySchema = z.object({
  engine: z.string(),
  executionProvider: z.string(),
  kernels: z.string().nullable().default(null),
  model: z.string(),
  modelSha256: z.string(),
});
/** What `mavseg run` says of the engine it has opened. */
export type Ready = z.infer<typeof readySchema>;

const maskLine = z.object({
  seq: z.int(),
  frame_id: z.string(),
  stamp: z.object({ sec: z.number(), nanosec: z.number() }),
  age_at_arrival_ms: z.number(),
  timing_ms: z.object({
    wait: z.number(),
    decode: z.number(),
    preprocess: z.number(),
    infer: z.number(),
    postprocess: z.number(),
    age: z.number(),
  }),
});

/** A mask as it reached the subscriber. */
export interface ArrivedMask {
  /** Index of its camera. */
  readonly camera: number;
  readonly seq: number;
  /** Of the frame, in milliseconds since 1970-01-01 UTC. */
  readonly stampMs: number;
  readonly ageMs: number;
  readonly timing: z.infer<typeof maskLine>["timing_ms"];
}

/** All that one turn of a stream left behind. */
export interface TurnRecord {
  /** Frames per second that each camera was to send. */
  readonly fps: number;
  /** Frames that each camera sent. */
  readonly cameraFrames: readonly number[];
  /** In the order of their arrival. */
  readonly masks: readonly ArrivedMask[];
  readonly counters: StreamCounters;
  readonly providerFallbacks: number;
  /** Of `mavseg run`, while frames came. */
  readonly usage: readonly Usage[];
  readonly ready: Ready;
}

/** A look at `mavseg run` costs it some microseconds. */
const USAGE_EVERY_MS = 250;
/** Masks that are still on their way when the run has ended come within that, or never. */
const LAST_MASKS_MS = 1000;
const LOOK_EVERY_MS = 20;

/**
 * Lets a stream flow once: starts `mavseg run`, a subscriber and the cameras, each a process of its own, and ends them
 * when the cameras have sent what they were to send. None of them is left behind, whatever happens.
 * @param frames how many each camera sends
 * @throws MavsegError `STREAM_BROKEN` where one of them ends before its time
 */
export async function runTurn(
  setting: StreamSetting,
  fps: number,
  frames: number,
  signal: AbortSignal,
): Promise<TurnRecord> {
  const processes: StreamProcess[] = [];
  const killAll = () => Promise.all(processes.map((process) => process.kill()));
  const interrupt = () => void killAll();
  signal.throwIfAborted();
  signal.addEventListener("abort", interrupt);
  const start = (args: readonly string[], onLine?: (line: string) => void) => {
    const process = new StreamProcess({
      program: setting.program,
      args,
      ...(onLine === undefined ? {} : { onLine }),
    });
    processes.push(process);
    return process;
  };
  try {
    return await flow(setting, fps, frames, start);
  } catch (error) {
    // What the interruption broke is no fault of the stream's.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
    await killAll();
  }
}

type Start = (args: readonly string[], onLine?: (line: string) => void) => StreamProcess;

async function flow(setting: StreamSetting, fps: number, frames: number, start: Start): Promise<TurnRecord> {
  const run = start(runArgs(setting));
  const ready = readySchema.parse(await run.logged("model is ready"));
  const { source, publish } = await run.logged("waiting for frames");
  const lines: string[] = [];
  const subscriber = start(["subscribe", "--source", String(publish), "--json"], (line) => lines.push(line));
  await Promise.race([subscriber.logged("masks: a peer is connected"), run.broken()]);
  const names = Array.from({ length: setting.cell.cameras }, (_, index) => `cam${index}`);
  const cameras = names.map((name) => start(cameraArgs(setting, String(source), name, fps, frames)));
  const usage: Usage[] = [];
  const timer = setInterval(async () => {
    const now = await run.usage();
    if (now !== undefined) usage.push(now);
  }, USAGE_EVERY_MS);
  const ends = Promise.all(cameras.map((camera) => camera.ended()));
  const sent = await Promise.race([ends, run.broken(), subscriber.broken()]).finally(() =>
    clearInterval(timer),
  );
  const summary = runSummary.parse(JSON.parse(await run.stop()));
  await allArrived(lines, summary.masks);
  await subscriber.stop();
  const { providerFallbacks, ...counters } = summary;
  return {
    fps,
    cameraFrames: sent.map((text) => cameraSummary.parse(JSON.parse(text)).frames),
    masks: parseMasks(lines, names),
    counters,
    providerFallbacks,
    usage,
    ready,
  };
}

/** Bound where the others connect: ports are found by the system, and no one waits to dial again. */
function runArgs({ cell, socketFolder, maskEncoding, engineArgs }: StreamSetting): string[] {
  const isTcp = cell.transport === "tcp";
  const at = (name: string) =>
    isTcp ? "tcp://127.0.0.1:*" : `ipc://${path.join(socketFolder, `${name}.sock`)}`;
  return [
    ...["run", "--model", cell.model, "--source", `@${at("frames")}`, "--publish", `@${at("masks")}`],
    ...["--encoding", maskEncoding, "--engine", cell.engine, "--ep", cell.executionProvider, "--json"],
    ...(cell.threads === null ? [] : ["--threads", String(cell.threads)]),
    ...(cell.manifest === null ? [] : ["--manifest", cell.manifest]),
    ...engineArgs,
  ];
}

function cameraArgs(
  { cell, framesFolder }: StreamSetting,
  address: string,
  name: string,
  fps: number,
  frames: number,
): string[] {
  return [
    ...["camera", "--source", framesFolder, "--publish", `>${address}`, "--frame-id", name],
    ...["--fps", String(fps), "--count", String(frames), "--loop", "--encoding", cell.encoding],
    ...["--wait-subscriber", "--json"],
  ];
}

async function allArrived(lines: readonly string[], masks: number): Promise<void> {
  const untilMs = performance.now() + LAST_MASKS_MS;
  while (lines.length < masks && performance.now() < untilMs) await sleep(LOOK_EVERY_MS);
}

/** The last line of the subscriber is its summary. */
function parseMasks(lines: readonly string[], names: readonly string[]): ArrivedMask[] {
  return lines.flatMap((line) => {
    const parsed = maskLine.safeParse(JSON.parse(line));
    if (!parsed.success) return [];
    const { seq, frame_id, stamp, age_at_arrival_ms, timing_ms } = parsed.data;
    return [
      {
        camera: names.indexOf(frame_id),
        seq,
        stampMs: stamp.sec * 1000 + stamp.nanosec / 1e6,
        ageMs: age_at_arrival_ms,
        timing: timing_ms,
      },
    ];
  });
}
