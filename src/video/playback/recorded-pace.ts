import { setTimeout as sleep } from "node:timers/promises";

const NS_PER_MS = 1e6;
/** Timers wake up within about a millisecond: less is not late. */
const TIMER_MS = 1;

/**
 * The pace of a recording: each frame is due as long after the one before as it was then, without drift. After a frame that
 * was late by more than that time the schedule is moved, since a camera does not send what it missed in a burst.
 */
export class RecordedPace {
  readonly #rate: number;
  #last: { readonly timeNs: bigint; readonly dueMs: number } | undefined;
  #gapMs = 0;
  /** Frames that were late by more than the time from the one before to them. */
  late = 0;

  /** @param rate 2 plays twice as fast */
  constructor(rate: number) {
    this.#rate = rate;
  }

  /**
   * Waits until the frame is due; the first one is at once. A time before that of the last frame begins the recording
   * again, one gap after that frame. Rejects with an AbortError when the signal says so.
   */
  async turn(signal: AbortSignal, { timeNs }: { readonly timeNs: bigint }): Promise<void> {
    const nowMs = performance.now();
    const last = this.#last ?? { timeNs, dueMs: nowMs };
    if (timeNs > last.timeNs) this.#gapMs = Number(timeNs - last.timeNs) / NS_PER_MS / this.#rate;
    const gapMs = timeNs === last.timeNs ? 0 : this.#gapMs;
    let dueMs = last.dueMs + gapMs;
    if (dueMs > nowMs) await sleep(dueMs - nowMs, undefined, { signal });
    else if (nowMs - dueMs > Math.max(gapMs, TIMER_MS)) {
      this.late++;
      dueMs = nowMs;
    }
    this.#last = { timeNs, dueMs };
  }
}
