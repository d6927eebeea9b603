/**
 * How a stored picture has to be turned and mirrored: x' = a x + c y, y' = b x + d y, all of them -1, 0 or 1. It is the
 * upper left of the display matrix of ISO/IEC 14496-12 (6.2.2), which cameras write instead of turning pixels.
 */
export interface Orientation {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const MATRIX_BYTES = 36;
const BYTES_PER_ENTRY = 4;
const CHANNELS = 3;

/**
 * @param matrix the display matrix as FFmpeg hands it out: nine int32 in the machine's order; absent where there is none
 * @returns undefined where pictures stay as they are, or where the matrix does more than quarter turns and mirrors
 */
export function readOrientation(matrix: Buffer | null): Orientation | undefined {
  if (matrix === null || matrix.byteLength < MATRIX_BYTES) return undefined;
  const sign = (entry: number) => Math.sign(matrix.readInt32LE(entry * BYTES_PER_ENTRY));
  const orientation = { a: sign(0), b: sign(1), c: sign(3), d: sign(4) };
  const { a, b, c, d } = orientation;
  const isQuarterTurn =
    (b === 0 && c === 0 && a !== 0 && d !== 0) || (a === 0 && d === 0 && b !== 0 && c !== 0);
  const isIdentity = a === 1 && d === 1;
  return isQuarterTurn && !isIdentity ? orientation : undefined;
}

/** Whether width and height change places. */
export function swapsSides({ a }: Orientation): boolean {
  return a === 0;
}

/**
 * Turns an RGB picture.
 * @param from `[height, width, 3]`
 * @param into as many bytes; `[width, height, 3]` where the orientation swaps sides
 */
export function orient(
  from: Uint8Array,
  width: number,
  height: number,
  { a, b, c, d }: Orientation,
  into: Uint8Array,
): void {
  const outWidth = a === 0 ? height : width;
  const outHeight = a === 0 ? width : height;
  const left = a < 0 || c < 0 ? outWidth - 1 : 0;
  const top = b < 0 || d < 0 ? outHeight - 1 : 0;
  const stepX = (a + b * outWidth) * CHANNELS;
  let read = 0;
  for (let y = 0; y < height; y++) {
    let write = ((top + d * y) * outWidth + left + c * y) * CHANNELS;
    for (let x = 0; x < width; x++) {
      into[write] = from[read] as number;
      into[write + 1] = from[read + 1] as number;
      into[write + 2] = from[read + 2] as number;
      read += CHANNELS;
      write += stepX;
    }
  }
}
