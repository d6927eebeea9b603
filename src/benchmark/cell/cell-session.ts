import { stampNow } from "../../core/stamp.js";
import { createEngine } from "../../engine/create-engine.js";
import type { Engine } from "../../engine/engine.js";
import { sayKernels } from "../../engine/kernels.js";
import { physicalCores } from "../../engine/native/physical-cores.js";
import { MavsegError } from "../../errors.js";
import { type LoadedModel, loadModel } from "../../model/load-model.js";
import type { Cell } from "../cell.js";
import type { Picture } from "../encode-picture.js";
import { drawFrames } from "../frames.js";
import type { Layers } from "../layers/layer-report.js";
import { packagedOrtRelease } from "../packaged-ort-release.js";
import { forgetPeak, readPeakBytes } from "../peak-memory.js";
import type { Accuracy } from "../report.js";
import { WarmUpDetector } from "../warm-up-detector.js";
import {
  type LayersInput,
  type Measured,
  type MeasureInput,
  type Opened,
  type OpenInput,
  STAGES,
  type StageName,
  sumOf,
} from "./questions.js";

/** Calls at the start of a turn that do not count: while others had the turn, the caches were theirs. */
export const SETTLE_RUNS = 2;
/** A turn has two calls at least, so that there is a step from one to the next. */
const MIN_RUNS = 2;

export interface SessionListener {
  readonly note: (text: string) => void;
  readonly progress: (share: number) => void;
}

/** One cell of the benchmark, opened in the process that this runs in. */
export class CellSession {
  readonly #cell: Cell;
  readonly #model: LoadedModel;
  readonly #engine: Engine;
  readonly #frames: readonly Picture[];
  readonly #listener: SessionListener;
  #seq = 0;
  readonly #loadPeakBytes: number;

  private constructor(
    cell: Cell,
    model: LoadedModel,
    engine: Engine,
    frames: readonly Picture[],
    loadPeakBytes: number,
    listener: SessionListener,
  ) {
    this.#cell = cell;
    this.#model = model;
    this.#engine = engine;
    this.#frames = frames;
    this.#loadPeakBytes = loadPeakBytes;
    this.#listener = listener;
  }

  /**
   * Loads the model, takes the first mask and warms up.
   * @throws MavsegError as `loadModel`, `createEngine` and `Engine.segment` do
   */
  static async open(
    { cell, images, engineOptions }: OpenInput,
    listener: SessionListener,
  ): Promise<{ session: CellSession; opened: Opened }> {
    const { engine: name, executionProvider, threads, size, encoding } = cell;
    const startMs = performance.now();
    const model = await loadModel(cell.model, { manifestFile: cell.manifest ?? undefined });
    const engine = await createEngine(model, {
      ...engineOptions,
      engine: name,
      executionProvider,
      threads: threads ?? undefined,
      log: listener.note,
      progress: listener.note,
    });
    const loadedMs = performance.now();
    const loadPeakBytes = readPeakBytes();
    const frames = await (images === null ? drawFrames(size, encoding) : readImages(images, cell));
    // What drawing left behind is no cost of the model's.
    globalThis.gc?.();
    forgetPeak();
    const session = new CellSession(cell, model, engine, frames, loadPeakBytes, listener);
    const shownMs = performance.now();
    await session.#segmentNext();
    const firstMaskMs = performance.now();
    const opened: Opened = {
      model: { name: model.manifest.name, sha256: model.sha256, bytes: model.bytes.byteLength },
      engine: engine.name,
      executionProvider: engine.executionProvider,
      kernels: sayKernels(engine) ?? null,
      ortRelease: await ortRelease(engine, engineOptions.ortLibrary),
      threads: threads ?? physicalCores(),
      frames: frames.length,
      frameBytes: frames.reduce((sum, { data }) => sum + data.byteLength, 0),
      modelLoadMs: loadedMs - startMs,
      // performance.now() counts from the start of the process.
      startToFirstMaskMs: loadedMs + firstMaskMs - shownMs,
      warmUp: await session.#warmUp(),
    };
    return { session, opened };
  }

  /** @throws MavsegError `PROVIDER_UNAVAILABLE` where the provider broke on the way, and as `Engine.segment` */
  async measure({ runs, limitMs }: MeasureInput): Promise<Measured> {
    for (let run = 0; run < SETTLE_RUNS; run++) await this.#segmentNext();
    const totalMs = new Float64Array(runs);
    const stagesMs = Object.fromEntries(STAGES.map((stage) => [stage, new Float64Array(runs)])) as Record<
      StageName,
      Float64Array
    >;
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    let done = 0;
    while (done < runs && (done < MIN_RUNS || performance.now() - startMs < limitMs)) {
      const callMs = performance.now();
      const { timing } = await this.#segmentNext();
      const total = performance.now() - callMs;
      totalMs[done] = total;
      stagesMs.decode[done] = timing.decode;
      stagesMs.preprocess[done] = timing.preprocess;
      stagesMs.infer[done] = timing.infer;
      stagesMs.postprocess[done] = timing.postprocess;
      stagesMs.handOver[done] = total - sumOf(timing);
      done++;
    }
    const wallMs = performance.now() - startMs;
    const cpu = process.cpuUsage(cpuBefore);
    this.#checkProvider();
    const rssBytes = process.memoryUsage.rss();
    return {
      totalMs: totalMs.slice(0, done),
      stagesMs: Object.fromEntries(STAGES.map((stage) => [stage, stagesMs[stage].slice(0, done)])) as Record<
        StageName,
        Float64Array
      >,
      cpuMs: (cpu.user + cpu.system) / 1000,
      wallMs,
      rssBytes,
      // The kernel adds both up from counters per core, which it does not stop to read.
      peakRssBytes: Math.max(this.#loadPeakBytes, readPeakBytes(), rssBytes),
    };
  }

  async accuracy({ folder, split }: { folder: string; split: string }): Promise<Accuracy> {
    const { scoreCell } = await import("./score-cell.js");
    return scoreCell(this.#engine, this.#cell.size, folder, split, this.#listener.progress);
  }

  async layers({ runs, roofline }: LayersInput): Promise<Layers> {
    const { profileLayers } = await import("../layers/profile-layers.js");
    const { size, threads } = this.#cell;
    return profileLayers(this.#model, {
      size,
      threads: threads ?? physicalCores(),
      executionProvider: this.#engine.executionProvider,
      runs,
      roofline,
    });
  }

  async #segmentNext() {
    const picture = this.#frames[this.#seq % this.#frames.length]!;
    const frame = { ...picture, seq: this.#seq++, stamp: stampNow(), frameId: "bench" };
    const mask = await this.#engine.segment(frame);
    mask.release?.();
    return mask;
  }

  async #warmUp(): Promise<Opened["warmUp"]> {
    const detector = new WarmUpDetector();
    while (!detector.isDone) {
      const startMs = performance.now();
      await this.#segmentNext();
      detector.add(performance.now() - startMs);
    }
    return { runs: detector.runs, ms: detector.elapsedMs, isStable: detector.isStable };
  }

  /** What went on on another provider is not what was to be measured. */
  #checkProvider(): void {
    if ((this.#engine.providerFallbacks ?? 0) === 0) return;
    throw new MavsegError("PROVIDER_UNAVAILABLE", {
      expected: `${this.#cell.executionProvider} to run the model to the end`,
      actual: `it broke, and ${this.#engine.executionProvider} went on`,
    });
  }
}

async function readImages(images: string, { size, encoding }: Cell): Promise<Picture[]> {
  const { readFrames } = await import("../read-frames.js");
  return readFrames(images, size, encoding);
}

async function ortRelease(engine: Engine, ortLibrary: string | undefined): Promise<string> {
  if (engine.name === "native") {
    const { inspectOrt } = await import("../../engine/native/ort-inquiry.js");
    return (await inspectOrt(ortLibrary)).release;
  }
  return packagedOrtRelease();
}
