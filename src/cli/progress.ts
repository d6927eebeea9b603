/** A line that is not a bar comes that often. */
const LINE_EVERY_MS = 5000;

/** A bar is drawn that often at most. */
const BAR_EVERY_MS = 100;

const BAR_WIDTH = 24;

/**
 * Shows how far something long is, on stderr: a bar that redraws itself on a terminal, else a line every few seconds,
 * so that a log does not fill with bars.
 */
export class Progress {
  readonly #label: string;
  #shownMs = Number.NEGATIVE_INFINITY;
  #isBarShown = false;

  constructor(label: string) {
    this.#label = label;
  }

  /**
   * @param share 0..1
   * @param detail what else to say
   */
  update(share: number, detail = ""): void {
    const nowMs = performance.now();
    const isTerminal = process.stderr.isTTY === true;
    if (nowMs - this.#shownMs < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shownMs = nowMs;
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    if (!isTerminal) {
      process.stderr.write(`${this.#label} ${percent} ${detail}\n`);
      return;
    }
    const filled = Math.round(Math.min(Math.max(share, 0), 1) * BAR_WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
    process.stderr.write(`\r\x1b[2K${this.#label} ${bar}${percent} ${detail}`);
    this.#isBarShown = true;
  }

  /** Ends the line. */
  done(): void {
    if (this.#isBarShown) process.stderr.write("\n");
    this.#isBarShown = false;
  }
}

/** `1 h 02 min`, `3 min 20 s`, `12 s` */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds >= 3600)
    return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} min`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${seconds} s`;
}
