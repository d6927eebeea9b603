import type { Recording } from "../video/recording.js";
import { formatDuration, Progress } from "./progress.js";

/** How fast a run was, over the pictures of this run alone. */
export interface VideoSpeed {
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Seconds of recording per second of work; 1 would just keep up with a camera. */
  readonly timesRealTime: number;
}

/** The progress of a recording: pictures, speed, and how long it will still take. */
export class VideoProgress {
  readonly #bar: Progress;
  readonly #startMs = performance.now();
  #frames = 0;
  #mediaS = 0;

  constructor(label: string) {
    this.#bar = new Progress(label);
  }

  update(done: number, expected: number | undefined, recording: Pick<Recording, "framesPerSecond">): void {
    this.#frames++;
    this.#mediaS += 1 / recording.framesPerSecond;
    const { framesPerSecond, timesRealTime } = this.speed();
    const speed = `${framesPerSecond.toFixed(1)} fps, ${timesRealTime.toFixed(2)}x real time`;
    if (expected === undefined) {
      this.#bar.update(0, `${done} frames, ${speed}`);
      return;
    }
    const left = formatDuration((Math.max(0, expected - done) / framesPerSecond) * 1000);
    this.#bar.update(done / expected, `${done} of ${expected} frames, ${speed}, ${left} left`);
  }

  speed(): VideoSpeed {
    const seconds = (performance.now() - this.#startMs) / 1000;
    return {
      seconds,
      framesPerSecond: this.#frames / seconds,
      timesRealTime: this.#mediaS / seconds,
    };
  }

  done(): void {
    this.#bar.done();
  }
}
