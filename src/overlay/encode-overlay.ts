import sharp from "sharp";

/** Full colour resolution: the outline is one pixel wide, and half of it would be lost otherwise. */
const JPEG_OPTIONS = { quality: 90, chromaSubsampling: "4:4:4" } as const;

/** @param rgb `[height, width, 3]`, from `drawOverlay` */
export async function encodeOverlay(
  rgb: Uint8Array,
  width: number,
  height: number,
  format: "jpeg" | "png",
): Promise<Uint8Array> {
  const image = sharp(rgb, { raw: { width, height, channels: 3 } });
  return format === "jpeg" ? image.jpeg(JPEG_OPTIONS).toBuffer() : image.png().toBuffer();
}
