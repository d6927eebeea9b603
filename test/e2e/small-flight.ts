import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";

/** Twelve frames of 64x48 px, dark, with a bright square of 10x10 px, 4 px further to the right in each. */
export async function writeFlight(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "mavseg-flight-"));
  const square = await sharp({ create: { width: 10, height: 10, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  for (let frame = 0; frame < 12; frame++) {
    const dark = sharp({ create: { width: 64, height: 48, channels: 3, background: "#222" } });
    await dark
      .composite([{ input: square, left: 4 * frame, top: 20 }])
      .toFile(path.join(folder, `frame${frame}.png`));
  }
  return folder;
}
