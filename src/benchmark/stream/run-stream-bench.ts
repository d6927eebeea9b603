import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { getPriority, tmpdir } from "node:os";
import path from "node:path";
import { inspectOrt } from "../../engine/native/ort-inquiry.js";
import { physicalCores } from "../../engine/native/physical-cores.js";
import { MavsegError } from "../../errors.js";
import { loadModel } from "../../model/load-model.js";
import type { SharedEngineOptions } from "../cell/questions.js";
import type { EnergyReading } from "../energy-meter.js";
import { beginHead, DisturbanceSum, MachineWatch, type TurnConditions } from "../machine-watch.js";
import { packagedOrtRelease } from "../packaged-ort-release.js";
import type { MeasuredTurn } from "./build-step.js";
import { measureRates } from "./measure-rates.js";
import { readOwnProcessorMs } from "./own-processor-time.js";
import { type Ready, runTurn, type StreamSetting } from "./run-turn.js";
import { type StreamCell, streamCellId } from "./stream-cell.js";
import type { StreamReport, StreamRow, StreamSettings } from "./stream-report.js";
import { countTurn } from "./turn.js";
import { writeFrames } from "./write-frames.js";

export interface StreamBenchOptions
  extends Pick<
    StreamSettings,
    "fps" | "isSweep" | "durationMs" | "repeats" | "tolerance" | "allowedDrops" | "maskEncoding" | "images"
  > {
  readonly cells: readonly StreamCell[];
  readonly engineOptions: SharedEngineOptions;
  /** The built `dist/cli/main.js`, whose commands are measured. */
  readonly program: string;
  /** Ends the processes and the benchmark: it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** @param share 0..1 of the rows, or of the turns where their number is known */
  readonly progress: (share: number, detail: string) => void;
}

/**
 * The beginning of each turn that does not count: the cameras decode their pictures for the first time, sockets find
 * their buffers, the JIT settles.
 */
const SETTLE_MS = 1000;

/** A turn may be long: that it goes on is told meanwhile. */
const SAY_EVERY_MS = 1000;

/** Measures every row, one after the other: rates follow from what was measured before, so rows cannot take turns. */
export async function runStreamBench(options: StreamBenchOptions): Promise<StreamReport> {
  const { cells } = options;
  const watch = new MachineWatch();
  const disturbance = new DisturbanceSum();
  const endHead = beginHead(watch, disturbance);
  const rows: StreamRow[] = [];
  const skipped: StreamReport["skipped"] = [];
  const folder = await mkdtemp(path.join(tmpdir(), "mavseg-stream-"));
  try {
    for (const [index, cell] of cells.entries()) {
      const id = streamCellId(cell);
      try {
        const context = { options, watch, disturbance };
        rows.push(await measureRow(cell, index, path.join(folder, `${index}`), context));
      } catch (error) {
        options.signal.throwIfAborted();
        if (!(error instanceof MavsegError)) throw error;
        skipped.push({ id, cell, code: error.code, reason: error.message });
      }
    }
    return {
      ...endHead(),
      kind: "stream",
      settings: await settingsOf(options),
      rows,
      skipped,
    };
  } finally {
    watch.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function settingsOf(options: StreamBenchOptions): Promise<StreamSettings> {
  const { ortLibrary = null, providerLibraries = [], providerOptions = {} } = options.engineOptions;
  return {
    fps: [...options.fps],
    isSweep: options.isSweep,
    durationMs: options.durationMs,
    settleMs: SETTLE_MS,
    repeats: options.repeats,
    tolerance: options.tolerance,
    allowedDrops: options.allowedDrops,
    maskEncoding: options.maskEncoding,
    images: options.images,
    ortLibrary,
    ortRelease: ortLibrary === null ? packagedOrtRelease() : (await inspectOrt(ortLibrary)).release,
    providerLibraries: [...providerLibraries],
    providerOptions: { ...providerOptions },
    niceness: getPriority(),
  };
}

/** What the rows of a run share. */
interface Context {
  readonly options: StreamBenchOptions;
  readonly watch: MachineWatch;
  readonly disturbance: DisturbanceSum;
}

async function measureRow(
  cell: StreamCell,
  index: number,
  folder: string,
  context: Context,
): Promise<StreamRow> {
  const { options } = context;
  const id = streamCellId(cell);
  const report = (share: number, detail: string) =>
    options.progress((index + share) / options.cells.length, `${id}: ${detail}`);
  const model = await loadModel(cell.model, { manifestFile: cell.manifest ?? undefined });
  const framesFolder = path.join(folder, "frames");
  await mkdir(framesFolder, { recursive: true });
  report(0, "preparing frames");
  await writeFrames(framesFolder, options.images, cell.size, cell.encoding);
  const meter = new TurnMeter(settingOf(cell, folder, framesFolder, options), context);
  let turns = 0;
  const rates = await measureRates(
    { ...options, cameras: cell.cameras, energySource: context.watch.energySource },
    async (fps, durationMs) => {
      const share = shareOf(turns++, options);
      const say = () => report(share, `${fps} frames per second, turn ${turns}`);
      say();
      const timer = setInterval(say, SAY_EVERY_MS);
      return meter.measure(fps, durationMs).finally(() => clearInterval(timer));
    },
  );
  const { engine, executionProvider, kernels } = meter.ready!;
  return {
    id,
    cell,
    model: { name: model.manifest.name, sha256: model.sha256, bytes: model.bytes.byteLength },
    engine,
    executionProvider,
    kernels,
    threads: cell.threads ?? physicalCores(),
    steps: [...rates.steps],
    knee: rates.knee,
    overload: rates.overload,
    disturbance: meter.disturbance.result(),
  };
}

/** Lets the stream of a row flow, with an eye on the machine. */
class TurnMeter {
  readonly disturbance = new DisturbanceSum();
  /** Of the last turn; undefined before the first. */
  ready: Ready | undefined;
  readonly #setting: StreamSetting;
  readonly #context: Context;

  constructor(setting: StreamSetting, context: Context) {
    this.#setting = setting;
    this.#context = context;
  }

  async measure(fps: number, durationMs: number): Promise<MeasuredTurn> {
    const { cell } = this.#setting;
    const counts = frameCounts(fps, durationMs, cell.cameras);
    const { result: record, energyReadings } = await this.#watched(() =>
      runTurn(this.#setting, fps, counts.frames, this.#context.options.signal),
    );
    this.ready = record.ready;
    checkProvider(cell, record.ready, record.providerFallbacks);
    return { counted: countTurn(record, counts, energyReadings), counters: record.counters };
  }

  async #watched<T>(flow: () => Promise<T>): Promise<{ result: T; energyReadings: EnergyReading[] }> {
    const { watch, disturbance } = this.#context;
    const cpuBefore = readOwnProcessorMs();
    let result: T;
    let conditions: TurnConditions;
    watch.beginTurn();
    try {
      result = await flow();
    } finally {
      conditions = watch.endTurn();
      // The processes of the stream have ended, so that what they used is known.
      const cpuMs = (readOwnProcessorMs() ?? 0) - (cpuBefore ?? 0);
      for (const sum of [this.disturbance, disturbance]) sum.add(conditions.times, cpuMs);
    }
    const energyReadings = conditions.energyReadings.map(({ atMs, millijoules }) => ({
      atMs: performance.timeOrigin + atMs,
      millijoules,
    }));
    return { result, energyReadings };
  }
}

/** How long a sweep takes is known only at its end: of what is to come each turn is taken for a twentieth. */
function shareOf(turns: number, { isSweep, fps, repeats }: StreamBenchOptions): number {
  return isSweep ? 1 - 0.95 ** turns : turns / (fps.length * repeats);
}

/** How many frames each camera sends, and which of them count. */
export function frameCounts(fps: number, durationMs: number, cameras: number) {
  const head = Math.ceil((SETTLE_MS * fps) / 1000);
  // Cameras start within a second of each other, and so they end: what then comes to an emptier net does not count.
  const tail = cameras > 1 ? head : 0;
  return { head, tail, frames: head + Math.max(2, Math.round((durationMs * fps) / 1000)) + tail };
}

function settingOf(
  cell: StreamCell,
  folder: string,
  framesFolder: string,
  { program, maskEncoding, engineOptions }: StreamBenchOptions,
): StreamSetting {
  const { ortLibrary, providerLibraries = [], providerOptions = {} } = engineOptions;
  const engineArgs = [
    ...(ortLibrary === undefined ? [] : ["--ort-library", ortLibrary]),
    ...providerLibraries.flatMap((library) => ["--ep-library", library]),
    ...Object.entries(providerOptions).flatMap(([key, value]) => ["--ep-option", `${key}=${value}`]),
  ];
  return { cell, program, framesFolder, socketFolder: folder, maskEncoding, engineArgs };
}

/** What went on on another provider is not what was to be measured. */
function checkProvider(cell: StreamCell, ready: Ready, fallbacks: number): void {
  if (fallbacks === 0) return;
  throw new MavsegError("PROVIDER_UNAVAILABLE", {
    expected: `${cell.executionProvider} to run the model to the end`,
    actual: `${ready.executionProvider} broke, and another went on`,
  });
}
