import { MavsegError } from "../errors.js";

const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Marker, length (2), precision (1), height (2), width (2). */
const FRAME_HEADER_BYTES = 9;

/** SOF0..SOF15 give the size; C4 (Huffman tables), C8 (reserved) and CC (arithmetic tables) lie among them. */
function isStartOfFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** Markers that stand alone, without a length: RST0..RST7 and TEM. */
function standsAlone(code: number): boolean {
  return (code >= 0xd0 && code <= 0xd7) || code === 0x01;
}

/**
 * Width and height of a JPEG file from its frame header (ITU-T T.81, B.2.2), without decoding it: imageZMQ sends
 * whole JPEG files and says nothing of their size.
 * @throws MavsegError `FRAME_UNDECODABLE`
 */
export function jpegSize(file: Uint8Array): { readonly width: number; readonly height: number } {
  if (file[0] !== MARKER || file[1] !== START_OF_IMAGE) throw undecodable("a JPEG file", "other bytes");
  let position = 2;
  while (position + FRAME_HEADER_BYTES <= file.length) {
    if (file[position] !== MARKER)
      throw undecodable(`a JPEG marker at byte ${position}`, String(file[position]));
    const code = file[position + 1] as number;
    if (code === MARKER) {
      position += 1;
    } else if (standsAlone(code)) {
      position += 2;
    } else if (isStartOfFrame(code)) {
      return { height: uint16(file, position + 5), width: uint16(file, position + 7) };
    } else if (code === START_OF_SCAN || code === END_OF_IMAGE) {
      break;
    } else {
      position += 2 + uint16(file, position + 2);
    }
  }
  throw undecodable("a JPEG file with a frame header", `${file.length} bytes without one`);
}

function uint16(file: Uint8Array, position: number): number {
  return ((file[position] as number) << 8) | (file[position + 1] as number);
}

function undecodable(expected: string, actual: string): MavsegError {
  return new MavsegError("FRAME_UNDECODABLE", { expected, actual });
}
