/**
 * A seeded stream of random numbers (mulberry32 by T. Ettinger, public domain algorithm: 32 bits of state, good
 * enough for pictures and first weights). Streams for different purposes come from different keys, so that what is
 * drawn for step 1000 does not depend on what was drawn before: a resumed run sees what an uninterrupted one sees.
 */
export class Random {
  #state: number;

  /** @param keys any integers; equal keys give equal streams */
  constructor(...keys: readonly number[]) {
    let hash = 0x9e3779b9;
    for (const key of keys) hash = scramble(hash ^ scramble(key + 0x7f4a7c15));
    this.#state = hash;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** An integer in [0, end). */
  integer(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Standard normal (Box & Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** 32-bit finalizer of MurmurHash3 (Appleby): every input bit reaches every output bit. */
function scramble(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
