import type { StepResult } from "./net/trainer-step.js";

/** Time spent in training, over all its parts: a resumed run goes on from where the clock stood. */
export class RunClock {
  readonly #startedMs = performance.now();
  readonly #before: number;

  constructor(elapsedBeforeMs: number) {
    this.#before = elapsedBeforeMs;
  }

  get elapsedMs(): number {
    return Math.round(this.#before + performance.now() - this.#startedMs);
  }
}

/** What a line of the log says of the steps since the line before. */
export interface RecentMeans {
  readonly loss: number;
  readonly focal: number;
  readonly dice: number;
  readonly distillation: number;
  readonly gradientNorm: number;
  readonly imagesPerSecond: number;
}

/** Means over the steps since the last line of the log. */
export class RecentSteps {
  #count = 0;
  #loss = 0;
  #focal = 0;
  #dice = 0;
  #distillation = 0;
  #gradientNorm = 0;
  #sinceMs = performance.now();

  constructor(private readonly batch: number) {}

  add({ loss, focal, dice, distillation }: StepResult, gradientNorm: number): void {
    this.#count++;
    this.#loss += loss;
    this.#focal += focal;
    this.#dice += dice;
    this.#distillation += distillation;
    this.#gradientNorm += gradientNorm;
  }

  get loss(): number {
    return this.#loss / this.#count;
  }

  get imagesPerSecond(): number {
    return (this.#count * this.batch * 1000) / (performance.now() - this.#sinceMs);
  }

  /** The means; the next ones start afresh. */
  take(): RecentMeans {
    const mean = (sum: number) => Number((sum / this.#count).toPrecision(5));
    const means = {
      loss: mean(this.#loss),
      focal: mean(this.#focal),
      dice: mean(this.#dice),
      distillation: mean(this.#distillation),
      gradientNorm: mean(this.#gradientNorm),
      imagesPerSecond: Number(this.imagesPerSecond.toPrecision(4)),
    };
    this.#count = this.#loss = this.#focal = this.#dice = this.#distillation = this.#gradientNorm = 0;
    this.#sinceMs = performance.now();
    return means;
  }
}
