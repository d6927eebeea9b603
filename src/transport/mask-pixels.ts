import type { Mask } from "../core/mask.js";
import { MavsegError } from "../errors.js";
import type { MaskMessage } from "./message-codec.js";
import { MAX_PAYLOAD_BYTES, type MaskEncoding } from "./message-header.js";
import { encodeMaskPng } from "./png/mask-png.js";
import { decodeRle8, encodeRle8Into, rle8MaxBytes } from "./rle8.js";

/** Turns masks into payloads. One per stream: it keeps its scratch memory. */
export class MaskPixelEncoder {
  #scratch = new Uint8Array(0);

  /**
   * @returns for `mono8` the mask's own data, for `rle8` its own run lengths if it has them, not a copy; else memory of
   *   its own
   */
  encode(mask: Mask, encoding: MaskEncoding): Uint8Array {
    if (encoding === "mono8") return mask.data;
    const runLengths = mask.runLengths ?? this.#encodeRle8(mask.data);
    return encoding === "rle8" ? runLengths : encodeMaskPng(runLengths, mask.width, mask.height);
  }

  #encodeRle8(data: Uint8Array): Uint8Array {
    const needed = rle8MaxBytes(data.length);
    if (this.#scratch.length < needed) this.#scratch = new Uint8Array(needed);
    const written = encodeRle8Into(data, this.#scratch);
    // A copy of a few hundred bytes: ZeroMQ sends later, from the very memory it is given, and the scratch is needed
    // for the next mask before that.
    return this.#scratch.slice(0, written);
  }
}

/** Loaded with the first PNG to read: sharp costs 50 ms and 20 MB that other encodings do not need. */
const loadSharp = async () => (await import("sharp")).default;

/**
 * The class ids of a mask's message.
 * @returns `[height, width]`, row-major; for `mono8` without padding the payload itself, not a copy
 * @throws MavsegError `MESSAGE_INVALID` when the payload does not fit the header
 */
export async function decodeMaskPixels(message: MaskMessage): Promise<Uint8Array> {
  const { header, payload } = message;
  if (header.encoding === "rle8") return decodeRle8(payload, header.width * header.height);
  if (header.encoding === "png") return decodePng(message);
  return withoutPadding(message, header.step ?? header.width);
}

function withoutPadding({ header, payload }: MaskMessage, step: number): Uint8Array {
  const { width, height } = header;
  const required = step * (height - 1) + width;
  if (step < width || payload.byteLength < required) {
    throw new MavsegError("MESSAGE_INVALID", {
      expected: `a step of at least ${width} and ${required} bytes for a mono8 mask of ${width}x${height} px`,
      actual: `step ${step} and ${payload.byteLength} bytes`,
    });
  }
  if (step === width) return payload.subarray(0, required);
  const packed = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) packed.set(payload.subarray(y * step, y * step + width), y * width);
  return packed;
}

async function decodePng({ header, payload }: MaskMessage): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const expected = `a png of ${header.width}x${header.height} px with one 8-bit grey channel`;
  try {
    const image = sharp(payload, { limitInputPixels: MAX_PAYLOAD_BYTES });
    const { width, height, channels, depth, isPalette } = await image.metadata();
    if (
      width === header.width &&
      height === header.height &&
      channels === 1 &&
      depth === "uchar" &&
      !isPalette
    ) {
      return await image.toColourspace("b-w").raw().toBuffer();
    }
    const actual = `${width}x${height} px, ${isPalette ? "a palette" : `${channels} channels`} of ${depth}`;
    throw new MavsegError("MESSAGE_INVALID", { expected, actual });
  } catch (cause) {
    if (cause instanceof MavsegError) throw cause;
    throw new MavsegError("MESSAGE_INVALID", { expected, actual: (cause as Error).message, cause });
  }
}
