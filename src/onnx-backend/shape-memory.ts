import type { TensorPlace } from "./native-session.js";

/**
 * Foresees the dims of a run's outputs: those of the last run on inputs of the same dims. Almost every net keeps to that,
 * and then its outputs are written where they are wanted and not copied. onnxruntime refuses memory of other dims than
 * the output's, so a guess that is wrong fails, and such a net is not guessed at again.
 */
export class ShapeMemory {
  #feedDims: readonly (readonly number[])[] = [];
  readonly #outputDims = new Map<number, readonly number[]>();
  #isTrusted = true;

  /** @returns the dims of the output with this index, as far as known */
  recall(feeds: readonly TensorPlace[], index: number): readonly number[] | undefined {
    return this.#isTrusted && this.#isSame(feeds) ? this.#outputDims.get(index) : undefined;
  }

  keep(feeds: readonly TensorPlace[], index: number, dims: readonly number[]): void {
    if (!this.#isSame(feeds)) {
      this.#feedDims = feeds.map((feed) => [...feed.dims]);
      this.#outputDims.clear();
    }
    this.#outputDims.set(index, dims);
  }

  distrust(): void {
    this.#isTrusted = false;
  }

  #isSame(feeds: readonly TensorPlace[]): boolean {
    return (
      feeds.length === this.#feedDims.length &&
      feeds.every(({ dims }, feed) => {
        const kept = this.#feedDims[feed]!;
        return dims.length === kept.length && dims.every((size, axis) => size === kept[axis]);
      })
    );
  }
}
