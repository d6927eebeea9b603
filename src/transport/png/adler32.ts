import type { ByteRuns } from "./deflate-runs.js";

const MODULUS = 65_521;
/** More equal bytes at once would need integers beyond 2^53. */
const MOST_AT_ONCE = 1 << 20;

/** Adler-32 (RFC 1950, 8.2) of bytes that are given as runs: the sums over a run have a closed form. */
export function adler32({ values, lengths }: ByteRuns): number {
  let a = 1;
  let b = 0;
  for (let run = 0; run < values.length; run++) {
    const value = values[run] as number;
    for (let rest = lengths[run] as number; rest > 0; rest -= MOST_AT_ONCE) {
      const n = Math.min(rest, MOST_AT_ONCE);
      b = (b + n * a + (value * n * (n + 1)) / 2) % MODULUS;
      a = (a + n * value) % MODULUS;
    }
  }
  return b * 65_536 + a;
}
