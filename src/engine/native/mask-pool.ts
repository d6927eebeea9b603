/** Buffers kept for reuse: one mask with the caller, one being written, one waiting. */
const MAX_SPARE = 3;

/**
 * Buffers of masks that were given back. A fresh buffer of 1.3 MB costs its page faults, about as much as decoding the
 * mask into it. Masks that are never given back are left to the garbage collector.
 */
export class MaskPool {
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** @returns a buffer of exactly this length, with anything in it */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const index = this.#spare.findIndex((buffer) => buffer.byteLength === bytes);
    if (index >= 0) return this.#spare.splice(index, 1)[0]!;
    // Frames of another size come now: what is spare will not be asked for again.
    this.#spare.length = 0;
    return new Uint8Array(bytes);
  }

  giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
  }
}
