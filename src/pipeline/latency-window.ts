import type { StageTimings } from "../core/mask.js";
import { percentile } from "../core/percentiles.js";

/** Frames that the percentiles look back on: four and a half minutes at 30 per second, 400 kB for good. */
export const WINDOW_FRAMES = 8192;

const STAGES = ["wait", "decode", "preprocess", "infer", "postprocess", "age"] as const;
/** What is measured of each mask: the stages, and its age when it was published. */
export type Stage = (typeof STAGES)[number];

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** The latencies of the last frames, in milliseconds. Bounded, and recording allocates nothing. */
export class LatencyWindow {
  readonly #columns = Object.fromEntries(
    STAGES.map((stage) => [stage, new Float64Array(WINDOW_FRAMES)]),
  ) as Record<Stage, Float64Array>;
  #recorded = 0;

  record(timing: Readonly<StageTimings>, ageMs: number): void {
    const row = this.#recorded++ % WINDOW_FRAMES;
    const columns = this.#columns;
    columns.wait[row] = timing.wait;
    columns.decode[row] = timing.decode;
    columns.preprocess[row] = timing.preprocess;
    columns.infer[row] = timing.infer;
    columns.postprocess[row] = timing.postprocess;
    columns.age[row] = ageMs;
  }

  /** How many frames the percentiles are of. */
  get frames(): number {
    return Math.min(this.#recorded, WINDOW_FRAMES);
  }

  /** @returns undefined when nothing was recorded */
  percentiles(stage: Stage): Percentiles | undefined {
    if (this.#recorded === 0) return undefined;
    const sorted = this.#columns[stage].slice(0, this.frames).sort();
    return { p50: toMicros(percentile(sorted, 50)), p99: toMicros(percentile(sorted, 99)) };
  }

  /** @returns undefined when nothing was recorded */
  allPercentiles(): Record<Stage, Percentiles> | undefined {
    if (this.#recorded === 0) return undefined;
    return Object.fromEntries(STAGES.map((stage) => [stage, this.percentiles(stage)])) as Record<
      Stage,
      Percentiles
    >;
  }
}

/** Milliseconds to three places: more digits are noise. */
function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
