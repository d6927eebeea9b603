/** LZ4 frame format, version 1.6: github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
const MAGIC = 0x184d2204;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_DICTIONARY = 0x01;
const STORED = 0x80000000;
const MIN_MATCH = 4;
/** A length of 15 in a token goes on in the bytes after it. */
const LONG_LENGTH = 15;

/**
 * Unpacks one LZ4 frame. Checksums are not looked at: recordings have their own.
 * @param packed the whole frame
 * @param bytes how many must come out
 * @throws Error where the frame is damaged
 */
export function decompressLz4Frame(packed: Uint8Array, bytes: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("no LZ4 frame");
  const flags = packed[4] as number;
  if (flags & FLAG_DICTIONARY) throw new Error("an LZ4 frame with a dictionary");
  let at = flags & FLAG_CONTENT_SIZE ? 15 : 7;
  const out = new Uint8Array(bytes);
  let written = 0;
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const length = size & ~STORED;
    const block = packed.subarray(at, at + length);
    if (block.length < length) throw new Error("an LZ4 frame that was cut off");
    if (size & STORED) {
      out.set(block, written);
      written += length;
    } else written = unpackBlock(block, out, written);
    at += length + (flags & FLAG_BLOCK_CHECKSUM ? 4 : 0);
  }
  if (written !== bytes) throw new Error(`${written} bytes out of an LZ4 frame of ${bytes}`);
  return out;
}

/** @param start where in `out` to write; matches may reach back into what was written before */
function unpackBlock(block: Uint8Array, out: Uint8Array, start: number): number {
  let read = 0;
  let write = start;
  const longer = (length: number) => {
    let sum = length;
    let byte = 255;
    while (length === LONG_LENGTH && byte === 255) {
      if (read >= block.length) throw new Error("an LZ4 block that was cut off");
      byte = block[read++] as number;
      sum += byte;
    }
    return sum;
  };
  while (read < block.length) {
    const token = block[read++] as number;
    const literals = longer(token >> 4);
    if (write + literals > out.length || read + literals > block.length)
      throw new Error("an LZ4 block out of bounds");
    out.set(block.subarray(read, read + literals), write);
    read += literals;
    write += literals;
    // The last sequence of a block has no match.
    if (read >= block.length) break;
    const offset = (block[read] as number) | ((block[read + 1] ?? 0) << 8);
    read += 2;
    const length = longer(token & LONG_LENGTH) + MIN_MATCH;
    if (offset === 0 || offset > write || write + length > out.length)
      throw new Error("an LZ4 match out of bounds");
    if (offset >= length) {
      out.copyWithin(write, write - offset, write - offset + length);
      write += length;
    } else for (const end = write + length; write < end; write++) out[write] = out[write - offset] as number;
  }
  return write;
}
