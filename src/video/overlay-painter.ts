import { type ClassInfo, parseColor } from "../core/classes.js";
import { type Canvas, drawText, fillRect, textSize } from "../overlay/canvas.js";
import { drawOverlay } from "../overlay/draw-overlay.js";
import type { SegmentedFrame } from "./segmented.js";

/** Pictures up to this height get the font at one px per dot, as in live overlays. */
const HEIGHT_PER_SCALE_PX = 600;
const BAR_OPACITY = 0.7;
const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;

/** Draws overlays into memory that is used again. */
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
    drawBar({ rgb, width, height }, this.#classes, `frame ${seq}  ${timeS.toFixed(3)} s`);
    return rgb;
  }

  giveBack(overlay: Uint8Array): void {
    this.#spare.push(overlay);
  }
}

/** The line at the top: which picture, and what the colours mean. */
function drawBar(canvas: Canvas, classes: readonly ClassInfo[], text: string): void {
  const scale = 1 + Math.floor(canvas.height / HEIGHT_PER_SCALE_PX);
  const gap = 3 * scale;
  const [textWidth, textHeight] = textSize(text, scale);
  fillRect(canvas, [0, 0, canvas.width, textHeight + 2 * gap], BLACK, BAR_OPACITY);
  drawText(canvas, text, gap, gap, scale, WHITE);
  let x = gap + textWidth + 4 * gap;
  for (const { id, name, color } of classes) {
    if (id === 0) continue;
    fillRect(canvas, [x, gap, textHeight, textHeight], parseColor(color));
    drawText(canvas, name, x + textHeight + gap, gap, scale, WHITE);
    x += textHeight + gap + textSize(name, scale)[0] + 3 * gap;
  }
}
