const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
/** Sequential by Huffman with 8 bits, the same with up to 12, and progressive. */
const PLAIN_FRAMES = [0xc0, 0xc1, 0xc2];
const PLAIN_PRECISION = 8;
/** Where a colour profile lies, among other things. */
const APP2 = 0xe2;
const PROFILE = "ICC_PROFILE";
/** Horizontal * 16 + vertical sampling factor of luma for 4:4:4, 4:2:2, 4:2:0, 4:4:0 and 4:1:1. */
const PLAIN_LUMA = [0x11, 0x21, 0x22, 0x12, 0x41];
const PLAIN_CHROMA = 0x11;

/**
 * Says from a JPEG file's markers (ITU-T T.81, B.1 and B.2) whether libjpeg-turbo gives the px that sharp gives: 8 bits,
 * grey or three channels in a usual subsampling, no colour profile to apply. What is rare (CMYK, 12 bits, lossless,
 * arithmetic coding), and what has no sound header, is left to sharp.
 */
export function isPlainJpeg(file: Uint8Array): boolean {
  if (file[0] !== MARKER || file[1] !== START_OF_IMAGE) return false;
  let hasPlainFrame = false;
  let position = 2;
  while (file[position] === MARKER) {
    const code = file[position + 1];
    if (code === START_OF_SCAN) return hasPlainFrame;
    const isFill = code === MARKER;
    if (!isFill) {
      if (isStartOfFrame(code) && !isPlainFrame(file, position)) return false;
      if (code === APP2 && hasProfile(file, position)) return false;
      hasPlainFrame ||= isStartOfFrame(code);
    }
    position += isFill ? 1 : 2 + uint16(file, position + 2);
  }
  return false;
}

/** SOF0..SOF15; C4 (Huffman tables), C8 (reserved) and CC (arithmetic tables) lie among them. */
function isStartOfFrame(code: number | undefined): boolean {
  if (code === undefined || code < 0xc0 || code > 0xcf) return false;
  return code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** Marker (2 bytes), length (2), precision (1), height (2), width (2), count (1), then per channel id, factors, table. */
function isPlainFrame(file: Uint8Array, position: number): boolean {
  if (!PLAIN_FRAMES.includes(file[position + 1] as number)) return false;
  if (file[position + 4] !== PLAIN_PRECISION) return false;
  const count = file[position + 9];
  if (count === 1) return true;
  const factors = (channel: number) => file[position + 11 + 3 * channel] as number;
  return (
    count === 3 &&
    PLAIN_LUMA.includes(factors(0)) &&
    factors(1) === PLAIN_CHROMA &&
    factors(2) === PLAIN_CHROMA
  );
}

function hasProfile(file: Uint8Array, position: number): boolean {
  return [...PROFILE].every((letter, index) => file[position + 4 + index] === letter.charCodeAt(0));
}

/** Past the file's end it is 0. */
function uint16(file: Uint8Array, position: number): number {
  return ((file[position] ?? 0) << 8) | (file[position + 1] ?? 0);
}
