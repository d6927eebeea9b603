/** Bytes per px of a row; nv12 has half as many rows again. */
const BYTES_PER_PIXEL = { mono8: 1, rgb8: 3, bgr8: 3, rgba8: 4, bgra8: 4, yuv422_yuy2: 2, nv12: 1 };
export const ENCODINGS = Object.keys(BYTES_PER_PIXEL);
/** What each step repeats in a row: a value of its own per channel, so that a swap of channels shows. */
const WAVE_PX = 24;
const BYTE_RANGE = 256;

/**
 * A frame of slow waves with a little noise, bytes straight in the encoding: what they show does not matter, only that
 * both processors see the same. Integers alone: sine and cosine may differ between machines in their last bit.
 * @param padding bytes behind each row
 */
export function createFrame(encoding, width, height, padding) {
  const bytes = BYTES_PER_PIXEL[encoding];
  const step = width * bytes + padding;
  const rows = encoding === "nv12" ? (height * 3) / 2 : height;
  const data = new Uint8Array(step * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < step; x++) data[y * step + x] = valueAt(Math.floor(x / bytes), y, x % bytes);
  }
  return { seq: 0, stamp: { sec: 0, nanosec: 0 }, frameId: "cam0", width, height, step, encoding, data };
}

function valueAt(x, y, channel) {
  const phase = Math.floor((x + y * 2) / WAVE_PX) + channel;
  const noise = (x * 31 + y * 17 + channel * 7) % 23;
  return (phase * 85 + noise * 3) % BYTE_RANGE;
}
