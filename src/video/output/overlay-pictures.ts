import { mkdir } from "node:fs/promises";
import path from "node:path";
import { encodeOverlay } from "../../overlay/encode-overlay.js";
import type { SegmentedPicture } from "../segmented.js";
import { writeWhole } from "./disk-file.js";
import { frameName, NOTHING_OPEN, type Output, type OutputPart } from "./output.js";

/** One PNG per picture, in overlay/. */
export class OverlayPictures implements Output {
  readonly #folder: string;

  constructor(finalFolder: string) {
    this.#folder = path.join(finalFolder, "overlay");
  }

  async begin(): Promise<OutputPart> {
    await mkdir(this.#folder, { recursive: true });
    return { ...NOTHING_OPEN, write: (segmented) => this.#write(segmented) };
  }

  async assemble(): Promise<void> {}

  async #write(segmented: SegmentedPicture): Promise<void> {
    const { width, height, seq } = segmented.picture.frame;
    const png = await encodeOverlay(segmented.overlay(), width, height, "png");
    await writeWhole(path.join(this.#folder, `${frameName(seq)}.png`), png);
  }
}
