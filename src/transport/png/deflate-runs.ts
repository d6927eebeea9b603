import { BitWriter } from "./bit-writer.js";
import { type HuffmanCode, huffmanCode } from "./huffman-code.js";

/** Equal bytes one after the other. */
export interface ByteRuns {
  readonly values: readonly number[];
  readonly lengths: readonly number[];
}

/** Symbols of RFC 1951, 3.2.5: 0 to 255 are bytes, 256 ends the block, those above say how many bytes are repeated. */
const END = 256;
const FIRST_LENGTH = 257;
const SYMBOLS = 286;
const SHORTEST_MATCH = 3;
const LONGEST_MATCH = 258;
/** Extra bits of the length symbols: none for the first eight and the last, then one more every four. */
const EXTRA_BITS = Array.from({ length: 29 }, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
/** The shortest length of each symbol. */
const LENGTH_BASE = EXTRA_BITS.map((_, i) =>
  i === 28 ? LONGEST_MATCH : EXTRA_BITS.slice(0, i).reduce((sum, bits) => sum + 2 ** bits, SHORTEST_MATCH),
);
/** Index into the two lists by length. */
const LENGTH_INDEX = Uint8Array.from({ length: LONGEST_MATCH + 1 }, (_, length) =>
  LENGTH_BASE.findLastIndex((base) => base <= length),
);
/** The order in which the code of code lengths is written (RFC 1951, 3.2.7). */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const ZEROS_SHORT = { symbol: 17, bits: 3, shortest: 3, longest: 10 };
const ZEROS_LONG = { symbol: 18, bits: 7, shortest: 11, longest: 138 };
const LAST_BLOCK_DYNAMIC = 0b101;

/**
 * DEFLATE (RFC 1951) of bytes that are given as runs: "repeat the byte before" is the only match that is looked for, so
 * that the work grows with the runs, not with the bytes.
 */
export function deflateRuns(runs: ByteRuns): Uint8Array {
  const counts = new Uint32Array(SYMBOLS);
  eachSymbol(runs, (symbol, _, times) => {
    counts[symbol]! += times;
  });
  counts[END] = 1;
  const code = huffmanCode(counts, 15);
  const writer = new BitWriter();
  writeHead(writer, code.lengths);
  eachSymbol(runs, (symbol, extra, times) => {
    const bits = code.codes[symbol] as number;
    const length = code.lengths[symbol] as number;
    // After what is repeated the distance, 1: the only one there is, in a code of one bit, which is 0.
    const tail = symbol < FIRST_LENGTH ? 0 : (EXTRA_BITS[symbol - FIRST_LENGTH] as number) + 1;
    for (let time = 0; time < times; time++) {
      writer.write(bits, length);
      if (tail > 0) writer.write(extra, tail);
    }
  });
  writer.write(code.codes[END] as number, code.lengths[END] as number);
  return writer.finish();
}

type UseSymbol = (symbol: number, extra: number, times: number) => void;

function eachSymbol({ values, lengths }: ByteRuns, use: UseSymbol): void {
  for (let run = 0; run < values.length; run++) {
    const value = values[run] as number;
    use(value, 0, 1);
    let rest = (lengths[run] as number) - 1;
    const longest = Math.floor(rest / LONGEST_MATCH);
    if (longest > 0) use(FIRST_LENGTH + (LENGTH_INDEX[LONGEST_MATCH] as number), 0, longest);
    rest -= longest * LONGEST_MATCH;
    if (rest >= SHORTEST_MATCH) {
      const index = LENGTH_INDEX[rest] as number;
      use(FIRST_LENGTH + index, rest - (LENGTH_BASE[index] as number), 1);
    } else if (rest > 0) use(value, 0, rest);
  }
}

/** The block's head and its code: one code length after the other, those of symbols that do not occur as runs of zeros. */
function writeHead(writer: BitWriter, lengths: Uint8Array): void {
  const all = [...lengths, 1];
  const tokens: { symbol: number; extra: number; bits: number }[] = [];
  for (let at = 0; at < all.length; ) {
    let zeros = 0;
    while (all[at + zeros] === 0 && zeros < ZEROS_LONG.longest) zeros++;
    const { symbol, bits, shortest } = zeros > ZEROS_SHORT.longest ? ZEROS_LONG : ZEROS_SHORT;
    if (zeros >= shortest) tokens.push({ symbol, extra: zeros - shortest, bits });
    else tokens.push({ symbol: all[at] as number, extra: 0, bits: 0 });
    at += zeros >= shortest ? zeros : 1;
  }
  const counts = new Uint32Array(CODE_LENGTH_ORDER.length);
  for (const { symbol } of tokens) counts[symbol]!++;
  const code: HuffmanCode = huffmanCode(counts, 7);
  writer.write(LAST_BLOCK_DYNAMIC, 3);
  writer.write(SYMBOLS - FIRST_LENGTH, 5);
  writer.write(0, 5);
  writer.write(CODE_LENGTH_ORDER.length - 4, 4);
  for (const symbol of CODE_LENGTH_ORDER) writer.write(code.lengths[symbol] as number, 3);
  for (const { symbol, extra, bits } of tokens) {
    writer.write(code.codes[symbol] as number, code.lengths[symbol] as number);
    writer.write(extra, bits);
  }
}
