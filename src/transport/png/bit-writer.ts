const FIRST_BYTES = 4096;

/** Bits one after the other, the lowest of each byte first, as DEFLATE has them (RFC 1951, 3.1.1). */
export class BitWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #pending = 0;
  #pendingBits = 0;

  /** @param bits at most 16 */
  write(value: number, bits: number): void {
    this.#pending |= value << this.#pendingBits;
    this.#pendingBits += bits;
    while (this.#pendingBits >= 8) {
      this.#push(this.#pending & 0xff);
      this.#pending >>>= 8;
      this.#pendingBits -= 8;
    }
  }

  /** The rest of the last byte becomes zero. @returns memory of its own, not copied: nothing can be written after it */
  finish(): Uint8Array {
    if (this.#pendingBits > 0) this.#push(this.#pending & 0xff);
    return this.#bytes.subarray(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}
