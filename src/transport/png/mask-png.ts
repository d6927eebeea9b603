import { RunReader } from "../rle8.js";
import { adler32 } from "./adler32.js";
import { type ByteRuns, deflateRuns } from "./deflate-runs.js";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BIT_DEPTH = 8;
const GREY = 0;
/** Deflate with a window of 32 KiB; the two bytes as one number are a multiple of 31 (RFC 1950, 2.2). */
const ZLIB_HEAD = Buffer.from([0x78, 0x01]);
/** Before each row: its bytes are the class ids themselves. */
const NO_FILTER = 0;

/**
 * A mask as an 8-bit grey PNG file with class ids as values, made from its run lengths: 0.1 ms for a mask of 1280x1024 with
 * some hundred runs, where packing its pixels takes 2 ms.
 * @param runLengths `rle8` of docs/wire-format.md, of `width` x `height` px together
 */
export function encodeMaskPng(runLengths: Uint8Array, width: number, height: number): Uint8Array {
  const rows = filteredRows(runLengths, width);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.writeUInt8(BIT_DEPTH, 8);
  head.writeUInt8(GREY, 9);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(adler32(rows));
  return Buffer.concat([
    SIGNATURE,
    ...chunk("IHDR", head),
    ...chunk("IDAT", ZLIB_HEAD, deflateRuns(rows), sum),
    ...chunk("IEND"),
  ]);
}

/** The bytes that PNG packs: each row with the number of its filter before it, which is that of the background as well. */
function filteredRows(runLengths: Uint8Array, width: number): ByteRuns {
  const values: number[] = [];
  const lengths: number[] = [];
  const add = (value: number, length: number) => {
    if (values.at(-1) === value) lengths[lengths.length - 1]! += length;
    else {
      values.push(value);
      lengths.push(length);
    }
  };
  let x = 0;
  const runs = new RunReader(runLengths);
  while (runs.next()) {
    let rest = runs.length;
    while (rest > 0) {
      if (x === 0) add(NO_FILTER, 1);
      const inRow = Math.min(rest, width - x);
      add(runs.id, inRow);
      rest -= inRow;
      x = (x + inRow) % width;
    }
  }
  return { values, lengths };
}

function chunk(type: string, ...parts: Uint8Array[]): Uint8Array[] {
  const data = Buffer.concat([Buffer.from(type, "latin1"), ...parts]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length - type.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(data));
  return [length, data, sum];
}

/** The remainders of all bytes by the polynomial of PNG (ISO/IEC 15948, D.1). */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** By a table: zlib's own is not in Node 20.9. */
function crc32(data: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of data) sum = (sum >>> 8) ^ (REMAINDERS[(sum ^ byte) & 0xff] as number);
  return (sum ^ 0xffffffff) >>> 0;
}
