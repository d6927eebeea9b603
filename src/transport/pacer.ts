import { setTimeout as sleep } from "node:timers/promises";

/**
 * An even pace without drift: the n-th turn is due at start + n periods, however long each one took. After a turn that
 * was late by more than a period the schedule is moved, since a camera that was late leaves frames out rather than
 * sending them in a burst.
 */
export class Pacer {
  readonly #periodMs: number;
  #dueMs: number | undefined;
  /** Turns that were late by more than a period. */
  late = 0;

  /** @param periodMs milliseconds from turn to turn */
  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Waits for the next turn; the first one is now. Rejects with an AbortError when the signal says so. */
  async turn(signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    const dueMs = this.#dueMs ?? nowMs;
    this.#dueMs = dueMs + this.#periodMs;
    if (dueMs > nowMs) {
      await sleep(dueMs - nowMs, undefined, { signal });
    } else if (nowMs - dueMs > this.#periodMs) {
      this.late++;
      this.#dueMs = nowMs + this.#periodMs;
    }
  }
}
