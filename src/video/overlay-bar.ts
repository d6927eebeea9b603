import { type ClassInfo, parseColor } from "../core/classes.js";
import { eachTextDot, type Rgb, textSize } from "../overlay/canvas.js";

/** Pictures up to this height get the font at one px per dot, as in live overlays. */
const HEIGHT_PER_SCALE_PX = 600;
const BAR_OPACITY = 0.7;
const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;

/** @param opacity 0..1, 1 paints over */
export type FillRect = (
  rect: readonly [x: number, y: number, width: number, height: number],
  color: Rgb,
  opacity: number,
) => void;

/** Draws the line at the top, in whatever way rectangles are filled: which picture, and what the colours mean. */
export function drawBar(
  fill: FillRect,
  size: { readonly width: number; readonly height: number },
  classes: readonly ClassInfo[],
  { seq, timeS }: { readonly seq: number; readonly timeS: number },
): void {
  const scale = 1 + Math.floor(size.height / HEIGHT_PER_SCALE_PX);
  const gap = 3 * scale;
  const write = (text: string, x: number) => eachTextDot(text, x, gap, scale, (rect) => fill(rect, WHITE, 1));
  const text = `frame ${seq}  ${timeS.toFixed(3)} s`;
  const [textWidth, textHeight] = textSize(text, scale);
  fill([0, 0, size.width, textHeight + 2 * gap], BLACK, BAR_OPACITY);
  write(text, gap);
  let x = gap + textWidth + 4 * gap;
  for (const { id, name, color } of classes) {
    if (id === 0) continue;
    fill([x, gap, textHeight, textHeight], parseColor(color), 1);
    write(name, x + textHeight + gap);
    x += textHeight + gap + textSize(name, scale)[0] + 3 * gap;
  }
}
