import sharp from "sharp";
import type { Geometry } from "./geometry.js";
import { type ColourOrder, expandLuma, type PixelRows, pixelRows, type RawPicture } from "./pixel-rows.js";

/** @returns whether frames go into the tensor at their own size */
export function keepsSize(width: number, height: number, { x, y }: Geometry): boolean {
  return x.resized === width && y.resized === height && x.content === width && y.content === height;
}

/**
 * Resizes and crops a picture as the geometry says: bilinear with a kernel that widens when shrinking, as
 * torchvision's antialiased resize does, so that a net sees what it saw in training.
 * @param packed buffer for the picture before resizing, `height * width * channels` bytes, reused from frame to frame
 */
export async function resizePicture(
  picture: RawPicture,
  geometry: Geometry,
  colour: ColourOrder,
  packed: Uint8Array,
): Promise<PixelRows> {
  const { width, height } = picture;
  const channels = colour === "grey" ? 1 : 3;
  pack(pixelRows(picture, colour), width, height, packed);
  const { x, y } = geometry;
  const data = await sharp(packed, { raw: { width, height, channels } })
    .resize(x.resized, y.resized, { fit: "fill", kernel: "linear" })
    .extract({ left: x.cropped, top: y.cropped, width: x.content, height: y.content })
    // sharp would write grey as three channels otherwise.
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw()
    .toBuffer();
  const step = x.content * channels;
  return {
    bytes: data,
    pixelStride: channels,
    offsets: channels === 1 ? [0] : [0, 1, 2],
    limitedRange: false,
    start: (row) => row * step,
  };
}

/** Interleaves the net's channels without padding, which is what sharp reads. */
function pack(rows: PixelRows, width: number, height: number, packed: Uint8Array): void {
  const expanded = Uint8Array.from({ length: 256 }, (_, value) =>
    rows.limitedRange ? expandLuma(value) : value,
  );
  let to = 0;
  for (let y = 0; y < height; y++) {
    let pixel = rows.start(y);
    for (let x = 0; x < width; x++, pixel += rows.pixelStride) {
      for (let c = 0; c < rows.offsets.length; c++)
        packed[to++] = expanded[rows.bytes[pixel + rows.offsets[c]!]!]!;
    }
  }
}
