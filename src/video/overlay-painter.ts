import type { ClassInfo } from "../core/classes.js";
import { fillRect } from "../overlay/canvas.js";
import { drawOverlay } from "../overlay/draw-overlay.js";
import { drawBar } from "./overlay-bar.js";
import type { SegmentedFrame } from "./segmented.js";

/** Draws overlays as pictures of RGB, into memory that is used again. */
export class OverlayPainter {
  readonly #classes: readonly ClassInfo[];
  readonly #spare: Uint8Array[] = [];

  constructor(classes: readonly ClassInfo[]) {
    this.#classes = classes;
  }

  /** @returns `[height, width, 3]` RGB, lent until it is given back */
  paint({ picture, mask, timeS }: SegmentedFrame): Uint8Array {
    const { data, width, height, seq } = picture.frame;
    const bytes = width * height * 3;
    const spare = this.#spare.pop();
    const into = spare?.length === bytes ? spare : new Uint8Array(bytes);
    const rgb = drawOverlay({ data, width, height, channels: 3 }, mask.data, this.#classes, { into });
    const canvas = { rgb, width, height };
    const fill = fillRect.bind(undefined, canvas);
    drawBar(fill, canvas, this.#classes, { seq, timeS });
    return rgb;
  }

  giveBack(overlay: Uint8Array): void {
    this.#spare.push(overlay);
  }
}
