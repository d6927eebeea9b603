/** Where events of a stream are told; a pino logger is one. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A stream with a fault in every frame must not fill the disk: one line of a kind per this time, with a count. */
const LIMIT_INTERVAL_MS = 5000;

/** Tells of faults that may come with every frame: at once the first time, then now and again with their number. */
export class LimitedLog {
  readonly #log: Log;
  readonly #kinds = new Map<string, { nextMs: number; suppressed: number }>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param kind one of a few fixed words: faults of one kind share their limit */
  warn(kind: string, fields: object, message: string): void {
    const nowMs = performance.now();
    const state = this.#kinds.get(kind) ?? { nextMs: 0, suppressed: 0 };
    this.#kinds.set(kind, state);
    if (nowMs < state.nextMs) {
      state.suppressed++;
      return;
    }
    this.#log.warn(state.suppressed > 0 ? { ...fields, suppressed: state.suppressed } : fields, message);
    state.nextMs = nowMs + LIMIT_INTERVAL_MS;
    state.suppressed = 0;
  }
}
