import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Mask } from "../../core/mask.js";
import { MaskPixelEncoder } from "../../transport/mask-pixels.js";
import { writeWhole } from "./disk-file.js";
import { encodeNpy } from "./npy.js";
import { frameName, NOTHING_OPEN, type Output, type OutputPart } from "./output.js";

export const MASK_FORMATS = ["png", "npy", "rle"] as const;
export type MaskFormat = (typeof MASK_FORMATS)[number];

/** One file per mask and format, in masks/. */
export class MaskFiles implements Output {
  readonly #folder: string;
  readonly #formats: readonly MaskFormat[];
  readonly #encoder = new MaskPixelEncoder();

  constructor(finalFolder: string, formats: readonly MaskFormat[]) {
    this.#folder = path.join(finalFolder, "masks");
    this.#formats = formats;
  }

  async begin(): Promise<OutputPart> {
    await mkdir(this.#folder, { recursive: true });
    return { ...NOTHING_OPEN, write: ({ mask }) => this.#write(mask) };
  }

  async assemble(): Promise<void> {}

  // Straight to their last folder: a chunk that is written again writes the same bytes to the same names.
  async #write(mask: Mask): Promise<void> {
    await Promise.all(
      this.#formats.map(async (format) => {
        const file = path.join(this.#folder, `${frameName(mask.seq)}.${format}`);
        await writeWhole(file, this.#encode(mask, format));
      }),
    );
  }

  #encode(mask: Mask, format: MaskFormat): Uint8Array {
    if (format === "npy") return encodeNpy(mask.data, mask.width, mask.height);
    return this.#encoder.encode(mask, format === "png" ? "png" : "rle8");
  }
}
