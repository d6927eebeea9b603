import { MavsegError } from "../errors.js";

/** Seven bits of a run's length lie in each byte; the eighth says that more follow (unsigned LEB128). */
const LEB128_BITS = 7;
const LEB128_MORE = 0x80;
const LEB128_VALUE = 0x7f;
/** 5 x 7 bits reach past any allowed picture (2^28 px), and the sum stays an exact number. */
const MAX_LENGTH_BYTES = 5;
/** Below it a plain loop beats the call to fill(); measured, and not critical. */
const SHORT_RUN_PX = 24;
const WORD_BYTES = 4;

/** Most bytes that `pixels` can take: each pixel a run of its own, two bytes each. */
export function rle8MaxBytes(pixels: number): number {
  return pixels * 2;
}

/**
 * Encodes class ids as repeated (class id: one byte, run length: unsigned LEB128), in the order of the data.
 * @param data class ids, row-major over the whole image; runs cross rows
 * @param out at least `rle8MaxBytes(data.length)` bytes
 * @returns bytes written
 */
export function encodeRle8Into(data: Uint8Array, out: Uint8Array): number {
  const wordsStart = -data.byteOffset & (WORD_BYTES - 1);
  const words =
    data.length < wordsStart + WORD_BYTES
      ? new Int32Array(0)
      : new Int32Array(
          data.buffer,
          data.byteOffset + wordsStart,
          Math.floor((data.length - wordsStart) / WORD_BYTES),
        );
  let written = 0;
  let start = 0;
  while (start < data.length) {
    const end = endOfRun(data, start, words, wordsStart);
    out[written++] = data[start] as number;
    let run = end - start;
    while (run > LEB128_VALUE) {
      out[written++] = (run & LEB128_VALUE) | LEB128_MORE;
      run >>>= LEB128_BITS;
    }
    out[written++] = run;
    start = end;
  }
  return written;
}

/**
 * The place after the last pixel of the run that begins at `start`. Four pixels are compared at a time: masks are
 * nearly all long runs, so almost all the time goes there.
 * @param words the same data from `wordsStart` on, the first place where four bytes are aligned
 */
function endOfRun(data: Uint8Array, start: number, words: Int32Array, wordsStart: number): number {
  const id = data[start] as number;
  let position = start + 1;
  while (
    ((position - wordsStart) & (WORD_BYTES - 1)) !== 0 &&
    position < data.length &&
    data[position] === id
  )
    position++;
  if (((position - wordsStart) & (WORD_BYTES - 1)) === 0) {
    const pattern = Math.imul(id, 0x01010101);
    let word = (position - wordsStart) / WORD_BYTES;
    while (word < words.length && words[word] === pattern) word++;
    position = wordsStart + word * WORD_BYTES;
  }
  while (position < data.length && data[position] === id) position++;
  return position;
}

/**
 * Decodes what `encodeRle8Into` wrote, or anybody else: nothing is taken on trust.
 * @param pixels how many class ids must come out, exactly
 * @throws MavsegError `MESSAGE_INVALID`
 */
export function decodeRle8(payload: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels);
  let read = 0;
  let filled = 0;
  while (read < payload.length) {
    const runStart = read;
    const id = payload[read++] as number;
    let run = 0;
    let scale = 1;
    let byte: number | undefined;
    do {
      byte = payload[read++];
      if (byte === undefined)
        throw invalid("a run length after each class id", `the end at byte ${payload.length}`);
      if (read - runStart > MAX_LENGTH_BYTES + 1) {
        throw invalid(`a run length of at most ${MAX_LENGTH_BYTES} bytes`, `more at byte ${runStart}`);
      }
      // Not by shifts: these would wrap at 2^31.
      run += (byte & LEB128_VALUE) * scale;
      scale *= 1 << LEB128_BITS;
    } while (byte >= LEB128_MORE);
    if (run === 0) throw invalid("runs of at least one pixel", `a run of 0 at byte ${runStart}`);
    const end = filled + run;
    if (end > pixels)
      throw invalid(`runs of ${pixels} pixels together`, `${end} or more at byte ${runStart}`);
    if (run < SHORT_RUN_PX) while (filled < end) out[filled++] = id;
    else out.fill(id, filled, end);
    filled = end;
  }
  if (filled !== pixels) throw invalid(`runs of ${pixels} pixels together`, `${filled}`);
  return out;
}

/** Goes through run lengths that a mask brought itself, which are taken on trust; without memory per run. */
export class RunReader {
  /** Of the run at hand. */
  id = 0;
  /** Px of the run at hand. */
  length = 0;
  readonly #runLengths: Uint8Array;
  #read = 0;

  constructor(runLengths: Uint8Array) {
    this.#runLengths = runLengths;
  }

  /** @returns whether there is a next run, which is then at hand */
  next(): boolean {
    const bytes = this.#runLengths;
    if (this.#read >= bytes.length) return false;
    this.id = bytes[this.#read++] as number;
    this.length = 0;
    let scale = 1;
    let byte: number;
    do {
      byte = bytes[this.#read++] as number;
      this.length += (byte & LEB128_VALUE) * scale;
      scale *= 1 << LEB128_BITS;
    } while (byte >= LEB128_MORE);
    return true;
  }
}

function invalid(expected: string, actual: string): MavsegError {
  return new MavsegError("MESSAGE_INVALID", { expected: `rle8 with ${expected}`, actual });
}
