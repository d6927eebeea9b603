const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** Bits of mantissa that float32 has and float16 has not. */
const MANTISSA_SHIFT = 13;
const EXPONENT_BIAS_DIFFERENCE = 127 - 15;
const HALF_INFINITY = 0x7c00;

/** @returns the bits of the nearest IEEE 754 half float, ties to even; too large becomes infinite */
export function toHalf(number: number): number {
  value[0] = number;
  const float = bits[0]!;
  const sign = (float >>> 16) & 0x8000;
  const exponent = (float >>> 23) & 0xff;
  const mantissa = float & 0x7fffff;
  if (exponent === 0xff) return sign | HALF_INFINITY | (mantissa === 0 ? 0 : 0x200);
  const halfExponent = exponent - EXPONENT_BIAS_DIFFERENCE;
  if (halfExponent >= 0x1f) return sign | HALF_INFINITY;
  if (halfExponent > 0) return sign | roundShift((halfExponent << 23) | mantissa, MANTISSA_SHIFT);
  // Below the smallest normal half: the hidden bit is written out and shifted down.
  const shift = MANTISSA_SHIFT + 1 - halfExponent;
  return shift > 24 ? sign : sign | roundShift(mantissa | 0x800000, shift);
}

/** Shifts right and rounds to nearest, ties to even; a carry runs into the exponent, as it must. */
function roundShift(number: number, shift: number): number {
  const half = 1 << (shift - 1);
  const rest = number & ((1 << shift) - 1);
  const down = number >>> shift;
  return rest > half || (rest === half && (down & 1) === 1) ? down + 1 : down;
}

/** @param half the bits of an IEEE 754 half float */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | undefined;

/** Converts many at once: a table of all 65,536 halves (256 KiB, made on first use) is ten times faster than arithmetic. */
export function halvesToFloats(
  { buffer, byteOffset, length }: Pick<Uint16Array, "buffer" | "byteOffset" | "length">,
  floats: Float32Array,
): void {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half));
  // Newer runtimes give a Float16Array: seen as bits it is the same.
  const halves = new Uint16Array(buffer, byteOffset, length);
  for (let index = 0; index < halves.length; index++) floats[index] = table[halves[index]!]!;
}
