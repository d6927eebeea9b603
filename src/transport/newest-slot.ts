/** A place for one value, always the newest: what a camera puts there and nobody took is replaced by the next. */
export class NewestSlot<T> {
  #value: T | undefined;
  #taker: { resolve: (value: T | undefined) => void; reject: (error: unknown) => void } | undefined;
  #ended: { readonly error: unknown } | undefined;

  /** @returns true when a value that nobody took was replaced */
  put(value: T): boolean {
    const taker = this.#taker;
    if (taker !== undefined) {
      this.#taker = undefined;
      taker.resolve(value);
      return false;
    }
    const replaced = this.#value !== undefined;
    this.#value = value;
    return replaced;
  }

  /**
   * The value, or the next one that comes. One taker at a time.
   * @returns undefined when the slot has ended and is empty; rejects when it ended by an error
   */
  take(): Promise<T | undefined> {
    const value = this.#value;
    if (value !== undefined) {
      this.#value = undefined;
      return Promise.resolve(value);
    }
    if (this.#ended?.error !== undefined) return Promise.reject(this.#ended.error);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  /** Nothing more will be put. A value that waits can still be taken. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = { error };
    if (error !== undefined) this.#taker?.reject(error);
    else this.#taker?.resolve(undefined);
    this.#taker = undefined;
  }
}
