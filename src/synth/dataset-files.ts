import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import type { FlightFrame } from "./flight.js";

/** High enough that the compression does not blur a drone of a few pixels. */
const JPEG_QUALITY = 92;

/** Writes one frame as `<split>/images/<name>.jpg` and `<split>/labels/<name>.png`, both with one channel. */
export async function writeFrame(splitDir: string, name: string, frame: FlightFrame): Promise<void> {
  const raw = { width: frame.width, height: frame.height, channels: 1 } as const;
  const [jpeg, png] = await Promise.all([
    sharp(frame.image, { raw }).toColourspace("b-w").jpeg({ quality: JPEG_QUALITY }).toBuffer(),
    sharp(frame.label, { raw }).toColourspace("b-w").png({ compressionLevel: 9, palette: false }).toBuffer(),
  ]);
  await writeFile(path.join(splitDir, "images", `${name}.jpg`), jpeg);
  await writeFile(path.join(splitDir, "labels", `${name}.png`), png);
}

export async function makeSplitDirs(splitDir: string): Promise<void> {
  await mkdir(path.join(splitDir, "images"), { recursive: true });
  await mkdir(path.join(splitDir, "labels"), { recursive: true });
}
