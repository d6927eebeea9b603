/** Sizes are rounded up to it, so that JPEG frames of varying length fit into one another's buffers. */
const GRANULE_BYTES = 256 * 1024;

/** Buffers that are lent, come back, and never hold more than a number of bytes together. */
export class BufferPool {
  readonly #limitBytes: number;
  #spare: ArrayBuffer[] = [];
  #spareBytes = 0;
  #lentBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that are lent or kept for later. */
  get bytes(): number {
    return this.#spareBytes + this.#lentBytes;
  }

  /**
   * @returns a buffer of at least so many bytes, with anything in it; undefined where too many are lent. A buffer larger
   *   than the limit is lent as long as it is the only one.
   */
  take(bytes: number): ArrayBuffer | undefined {
    const at = this.#spare.findIndex(({ byteLength }) => byteLength >= bytes);
    const size = Math.max(1, Math.ceil(bytes / GRANULE_BYTES)) * GRANULE_BYTES;
    if (at < 0 && this.#lentBytes > 0 && this.#lentBytes + size > this.#limitBytes) return undefined;
    const buffer = at < 0 ? this.#allocate(size) : this.#spare.splice(at, 1)[0];
    if (buffer === undefined) return undefined;
    if (at >= 0) this.#spareBytes -= buffer.byteLength;
    this.#lentBytes += buffer.byteLength;
    return buffer;
  }

  /** @param buffer that `take` gave, or the same memory after it was handed to another thread and back */
  giveBack(buffer: ArrayBuffer): void {
    this.#lentBytes -= buffer.byteLength;
    this.#spare.push(buffer);
    this.#spareBytes += buffer.byteLength;
  }

  /** Spare ones that are too small make room. */
  #allocate(size: number): ArrayBuffer {
    while (this.#spare.length > 0 && this.bytes + size > this.#limitBytes) {
      this.#spareBytes -= (this.#spare.shift() as ArrayBuffer).byteLength;
    }
    return new ArrayBuffer(size);
  }
}
