import type { RawPicture } from "../../../src/engine/reference/pixel-rows.js";

/** Red, green and blue of one pixel, 0..255. */
export type Colour = readonly [red: number, green: number, blue: number];

export type RawEncoding = RawPicture["encoding"];

/** The colours of a picture by position. */
export type Scene = (x: number, y: number) => Colour;

/** ITU-R BT.601, limited range, in plain floating point. */
export function yuvOf([red, green, blue]: Colour): readonly [y: number, u: number, v: number] {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [
    Math.round(16 + (luma * 219) / 255),
    Math.round(128 + ((blue - luma) / 1.772) * (224 / 255)),
    Math.round(128 + ((red - luma) / 1.402) * (224 / 255)),
  ];
}

const INTERLEAVED: Partial<Record<RawEncoding, (colour: Colour) => readonly number[]>> = {
  mono8: ([red, green, blue]) => [Math.round(0.299 * red + 0.587 * green + 0.114 * blue)],
  rgb8: ([red, green, blue]) => [red, green, blue],
  bgr8: ([red, green, blue]) => [blue, green, red],
  rgba8: ([red, green, blue]) => [red, green, blue, 7],
  bgra8: ([red, green, blue]) => [blue, green, red, 7],
};

/** Writes a scene in an encoding, with `padding` bytes of noise behind each row. Chroma is that of the first pixel of its block. */
export function draw(
  scene: Scene,
  width: number,
  height: number,
  encoding: RawEncoding,
  padding = 0,
): RawPicture {
  const write = INTERLEAVED[encoding];
  const rows: number[][] = [];
  for (let y = 0; y < height; y++) {
    const row: number[] = [];
    for (let x = 0; x < width; x++) {
      if (write !== undefined) row.push(...write(scene(x, y)));
      else if (encoding === "nv12") row.push(yuvOf(scene(x, y))[0]);
      else row.push(yuvOf(scene(x, y))[0], yuvOf(scene(x - (x % 2), y))[1 + (x % 2)]!);
    }
    rows.push(row);
  }
  if (encoding === "nv12") {
    for (let y = 0; y < height; y += 2) {
      rows.push(Array.from({ length: width }, (_, x) => yuvOf(scene(x - (x % 2), y))[1 + (x % 2)]!));
    }
  }
  const noise = Array.from({ length: padding }, (_, index) => (index * 37 + 11) % 256);
  const data = Uint8Array.from(rows.flatMap((row) => [...row, ...noise]));
  return { width, height, step: rows[0]!.length + padding, encoding, data };
}
