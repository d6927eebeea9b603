import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { CameraEncoding } from "../../transport/image-files.js";
import type { Size } from "../cell.js";
import { drawFrames } from "../frames.js";
import { readFrames } from "../read-frames.js";

/** Without loss for raw frames, at the effort that costs least: these files are read once. */
const PNG = { compressionLevel: 1 };

/**
 * Writes the frames of a row as files that `mavseg camera` plays: JPEG files, which it passes on byte for byte, or PNG
 * files, which it decodes.
 * @param images a folder of images, or one; null draws them
 * @throws MavsegError `INPUT_UNREADABLE`
 */
export async function writeFrames(
  folder: string,
  images: string | null,
  size: Size,
  encoding: CameraEncoding,
): Promise<void> {
  const layout = encoding === "jpeg" ? "jpeg" : "rgb8";
  const pictures = await (images === null ? drawFrames(size, layout) : readFrames(images, size, layout));
  for (const [index, { data }] of pictures.entries()) {
    const file = path.join(folder, `${index}.${encoding === "jpeg" ? "jpg" : "png"}`);
    await writeFile(file, encoding === "jpeg" ? data : await toPng(data, size));
  }
}

async function toPng(rgb: Uint8Array, size: Size): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  return sharp(rgb, { raw: { ...size, channels: 3 } })
    .png(PNG)
    .toBuffer();
}
