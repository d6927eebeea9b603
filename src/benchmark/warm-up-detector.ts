import { medianOf } from "./distribution.js";

/** Calls that one median is of: enough that a single slow one does not move it. */
const WINDOW_RUNS = 8;
/** Two medians this close count as the same. Caches and clocks that still rise change a call by more. */
const TOLERANCE = 0.05;
/** Clocks of a processor that was idle take so long to rise; until then times are even, but slow. */
const MIN_MS = 250;
/** A machine under changing load never comes to rest: then the calls are measured as they are, and the report says so. */
const MAX_RUNS = 400;
const MAX_MS = 10_000;

/**
 * Finds when an engine is warm: the median of the last calls is that of as many before them. Fed with one duration after
 * the other.
 */
export class WarmUpDetector {
  readonly #timesMs: number[] = [];
  #elapsedMs = 0;

  add(ms: number): void {
    this.#timesMs.push(ms);
    this.#elapsedMs += ms;
  }

  get runs(): number {
    return this.#timesMs.length;
  }

  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  get isStable(): boolean {
    if (this.runs < 2 * WINDOW_RUNS || this.#elapsedMs < MIN_MS) return false;
    const last = medianOf(this.#timesMs.slice(-WINDOW_RUNS));
    const before = medianOf(this.#timesMs.slice(-2 * WINDOW_RUNS, -WINDOW_RUNS));
    return Math.abs(last - before) <= TOLERANCE * before;
  }

  /** Stable, or given up. A net that takes seconds gets two calls at least: the first allocates. */
  get isDone(): boolean {
    return this.isStable || this.runs >= MAX_RUNS || (this.runs >= 2 && this.#elapsedMs >= MAX_MS);
  }
}
