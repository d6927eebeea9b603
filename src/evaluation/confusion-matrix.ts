import { MavsegError } from "../errors.js";

/**
 * Counts px by what they are (row) and what was said of them (column), over any number of frames; px whose label is
 * the ignore index do not count. Float64 holds every count exactly up to 2^53.
 */
export class ConfusionMatrix {
  /** `[classes, classes]`, row-major: label, prediction. */
  readonly counts: Float64Array;
  /** `[classes]`: px of each class of which no class was said (nets that end in class ids may say 255). */
  readonly unanswered: Float64Array;

  constructor(
    readonly classCount: number,
    readonly ignoreIndex: number,
  ) {
    this.counts = new Float64Array(classCount * classCount);
    this.unanswered = new Float64Array(classCount);
  }

  /**
   * Adds a frame.
   * @param label class ids per px
   * @param prediction class ids per px, in the same order
   * @throws MavsegError `DATASET_INVALID` for different lengths or a label that is no class
   */
  add(label: Uint8Array, prediction: Uint8Array): void {
    if (label.length !== prediction.length) {
      throw new MavsegError("DATASET_INVALID", {
        expected: `a label of ${prediction.length} px, as many as the mask has`,
        actual: `${label.length} px`,
      });
    }
    // One table for all pairs of bytes: no branch per px, and ids that are no class show up afterwards.
    const pairs = new Uint32Array(1 << 16);
    for (let i = 0; i < label.length; i++) pairs[(label[i]! << 8) | prediction[i]!]!++;
    for (let pair = 0; pair < pairs.length; pair++) {
      const count = pairs[pair]!;
      const labelled = pair >> 8;
      const predicted = pair & 255;
      if (count === 0 || labelled === this.ignoreIndex) continue;
      if (labelled >= this.classCount) {
        throw new MavsegError("DATASET_INVALID", {
          expected: `labels with ids below ${this.classCount}, or ${this.ignoreIndex} for what does not count`,
          actual: `${count} px of id ${labelled}`,
        });
      }
      if (predicted >= this.classCount) this.unanswered[labelled]! += count;
      else this.counts[labelled * this.classCount + predicted]! += count;
    }
  }

  /** Adds the counts of another matrix of the same classes. */
  merge(other: ConfusionMatrix): void {
    other.counts.forEach((count, at) => {
      this.counts[at]! += count;
    });
    other.unanswered.forEach((count, id) => {
      this.unanswered[id]! += count;
    });
  }

  /** Intersection over union of each class, 0..1; null for a class that is neither labelled nor predicted. */
  iou(): (number | null)[] {
    return Array.from({ length: this.classCount }, (_, id) => {
      const both = this.#at(id, id);
      const either = this.#rowSum(id) + this.#columnSum(id) - both;
      return either === 0 ? null : both / either;
    });
  }

  /** Mean IoU of the classes that occur; null when nothing was counted. */
  meanIoU(): number | null {
    const known = this.iou().filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  }

  /** Share of each class's labelled px that were not found, 0..1; null for a class without labels. */
  falseNegativeRate(): (number | null)[] {
    return Array.from({ length: this.classCount }, (_, id) => {
      const labelled = this.#rowSum(id);
      return labelled === 0 ? null : 1 - this.#at(id, id) / labelled;
    });
  }

  /** Share of the px of all other classes that were taken for this one, 0..1; null where there are no others. */
  falsePositiveRate(): (number | null)[] {
    const all = Array.from({ length: this.classCount }, (_, id) => this.#rowSum(id)).reduce(
      (a, b) => a + b,
      0,
    );
    return Array.from({ length: this.classCount }, (_, id) => {
      const others = all - this.#rowSum(id);
      return others === 0 ? null : (this.#columnSum(id) - this.#at(id, id)) / others;
    });
  }

  /** Share of px whose class is right; null when nothing was counted. */
  pixelAccuracy(): number | null {
    let right = 0;
    let all = 0;
    for (let id = 0; id < this.classCount; id++) {
      right += this.#at(id, id);
      all += this.#rowSum(id);
    }
    return all === 0 ? null : right / all;
  }

  /** Rows are labels, columns predictions. */
  rows(): number[][] {
    return Array.from({ length: this.classCount }, (_, label) =>
      Array.from({ length: this.classCount }, (_, prediction) => this.#at(label, prediction)),
    );
  }

  #at(label: number, prediction: number): number {
    return this.counts[label * this.classCount + prediction]!;
  }

  #rowSum(label: number): number {
    let sum = this.unanswered[label]!;
    for (let prediction = 0; prediction < this.classCount; prediction++) sum += this.#at(label, prediction);
    return sum;
  }

  #columnSum(prediction: number): number {
    let sum = 0;
    for (let label = 0; label < this.classCount; label++) sum += this.#at(label, prediction);
    return sum;
  }
}
