import type { Frame } from "../core/frame.js";
import type { Mask } from "../core/mask.js";
import type { Engine } from "../engine/engine.js";
import { sayKernels } from "../engine/kernels.js";
import { MavsegError } from "../errors.js";
import type { FrameSource, ReceivedFrame, SourceCounters } from "../transport/frame-source.js";
import { LimitedLog, type Log } from "../transport/log.js";
import { LatencyWindow, type Percentiles, type Stage } from "./latency-window.js";

/** Where masks go. */
export interface MaskSink {
  /** @returns the mask's age at that moment, in milliseconds from the frame's stamp */
  publish(mask: Mask): Promise<number>;
}

/** Keeps frames with their masks, beside the sink. */
export interface MaskRecorder {
  /**
   * Returns at once and never throws. The mask may be read until then, the frame for good.
   * @param arrivedMs on the clock of `performance.now()`
   */
  record(frame: Frame, mask: Mask, arrivedMs: number): void;
}

/** Every received frame ends as exactly one of: mask, failed, superseded (or is the one frame that waits). */
export interface PipelineCounters extends SourceCounters {
  /** Frames that the engine or the sink refused. */
  failed: number;
  masks: number;
}

export interface PipelineSummary extends PipelineCounters {
  readonly seconds: number;
  /** The execution provider at the end. */
  readonly executionProvider: string;
  /** Whose kernels the net runs on at the end, as `sayKernels` words it; null where the engine leaves no choice. */
  readonly kernels: string | null;
  /** How often an execution provider broke and another went on. */
  readonly providerFallbacks: number;
  /** How many of the last frames `latencyMs` is of. */
  readonly latencyFrames: number;
  /** null when there was no mask. */
  readonly latencyMs: Readonly<Record<Stage, Percentiles>> | null;
}

export interface PipelineOptions {
  readonly source: FrameSource;
  readonly engine: Engine;
  readonly sink: MaskSink;
  readonly recorder?: MaskRecorder | undefined;
  readonly log: Log;
  /** Ends after so many frames. */
  readonly maxFrames?: number | undefined;
}

const MS_PER_S = 1000;

/** Source to engine to sink: one frame in flight, at most one waiting (in the source), and that one is the newest. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #faults: LimitedLog;
  readonly #latencies = new LatencyWindow();
  readonly #startMs = performance.now();
  #masks = 0;
  #failed = 0;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#faults = new LimitedLog(options.log);
  }

  /**
   * Runs until the source ends, `stop()` is called or `maxFrames` are done; the frame in flight and the one that waits
   * are finished first. Does not close the engine or the sink.
   * @throws MavsegError `ENGINE_STOPPED`; any other failure of a frame is counted, told and skipped
   */
  async run(): Promise<PipelineSummary> {
    const { source, maxFrames = Number.POSITIVE_INFINITY } = this.#options;
    try {
      for (let frames = 0; frames < maxFrames; frames++) {
        const received = await source.next();
        if (received === undefined) break;
        await this.#process(received);
      }
    } finally {
      source.close();
    }
    return this.summary();
  }

  /** Takes no further frames; `run()` resolves when those at hand are done. */
  stop(): void {
    this.#options.source.close();
  }

  get counters(): PipelineCounters {
    return { ...this.#options.source.counters, failed: this.#failed, masks: this.#masks };
  }

  /** Median and 99th percentile of the masks' age, in ms; undefined when there was none. */
  get age(): Percentiles | undefined {
    return this.#latencies.percentiles("age");
  }

  summary(): PipelineSummary {
    const { engine } = this.#options;
    const { executionProvider, providerFallbacks = 0 } = engine;
    return {
      seconds: Math.round(performance.now() - this.#startMs) / MS_PER_S,
      ...this.counters,
      executionProvider,
      kernels: sayKernels(engine) ?? null,
      providerFallbacks,
      latencyFrames: this.#latencies.frames,
      latencyMs: this.#latencies.allPercentiles() ?? null,
    };
  }

  async #process({ frame, arrivedMs }: ReceivedFrame): Promise<void> {
    const { engine, sink, recorder } = this.#options;
    const startMs = performance.now();
    try {
      const mask = await engine.segment(frame);
      mask.timing.wait = startMs - arrivedMs;
      let isReleased = false;
      // Who waits for the mask comes first; its memory goes back to the engine when it is recorded as well.
      const lent = recorder && { ...mask, release: () => (isReleased = true) };
      const ageMs = await sink.publish(lent ?? mask);
      recorder?.record(frame, mask, arrivedMs);
      if (isReleased) mask.release?.();
      this.#latencies.record(mask.timing, ageMs);
      this.#masks++;
    } catch (error) {
      this.#fail(error, frame.frameId, frame.seq);
    }
  }

  #fail(error: unknown, frameId: string, seq: number): void {
    this.#failed++;
    const code = error instanceof MavsegError ? error.code : undefined;
    this.#faults.warn("failed", { frameId, seq, code, error: String(error) }, "skipped a frame that failed");
    // No frame will pass any more: better to end, and be started anew by whoever watches, than to fly on without masks.
    if (code === "ENGINE_STOPPED") throw error;
  }
}
