/** Notices that nothing comes any more, once, and that something comes again. */
export class SilenceWatch {
  readonly #silenceMs: number;
  readonly #onSilence: (idleMs: number) => void;
  readonly #onReturn: (idleMs: number) => void;
  #lastMs = performance.now();
  #silent = false;
  #timer: NodeJS.Timeout;

  /** @param silenceMs this long without `touch()` is silence */
  constructor(silenceMs: number, onSilence: (idleMs: number) => void, onReturn: (idleMs: number) => void) {
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
    this.#onReturn = onReturn;
    this.#timer = this.#arm(silenceMs);
  }

  /** Something came. Cheap: the timer is not set anew, it looks at the time when it fires. */
  touch(): void {
    const nowMs = performance.now();
    const idleMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (!this.#silent) return;
    this.#silent = false;
    this.#timer = this.#arm(this.#silenceMs);
    this.#onReturn(idleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#check(), Math.ceil(delayMs)).unref();
  }

  #check(): void {
    const idleMs = performance.now() - this.#lastMs;
    if (idleMs < this.#silenceMs) {
      this.#timer = this.#arm(this.#silenceMs - idleMs);
      return;
    }
    this.#silent = true;
    this.#onSilence(idleMs);
  }
}
