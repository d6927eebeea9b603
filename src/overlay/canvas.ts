import { CELL_WIDTH, GLYPH_HEIGHT, GLYPH_WIDTH, glyphRows } from "./bitmap-font.js";

export type Rgb = readonly [red: number, green: number, blue: number];

/** An RGB picture that is drawn on in place; what lies outside of it is cut off. */
export interface Canvas {
  /** `[height, width, 3]` */
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** @param opacity 0..1, 1 paints over */
export function fillRect(
  canvas: Canvas,
  [x, y, width, height]: readonly [number, number, number, number],
  color: Rgb,
  opacity = 1,
): void {
  const left = Math.max(0, x);
  const right = Math.min(canvas.width, x + width);
  for (let row = Math.max(0, y); row < Math.min(canvas.height, y + height); row++) {
    for (
      let at = (row * canvas.width + left) * 3, end = (row * canvas.width + right) * 3;
      at < end;
      at += 3
    ) {
      for (let c = 0; c < 3; c++) {
        const old = canvas.rgb[at + c]!;
        canvas.rgb[at + c] = Math.round(old + ((color[c] as number) - old) * opacity);
      }
    }
  }
}

/** The outermost pixels of a rectangle. */
export function strokeRect(
  canvas: Canvas,
  [x, y, width, height]: readonly [number, number, number, number],
  color: Rgb,
): void {
  fillRect(canvas, [x, y, width, 1], color);
  fillRect(canvas, [x, y + height - 1, width, 1], color);
  fillRect(canvas, [x, y, 1, height], color);
  fillRect(canvas, [x + width - 1, y, 1, height], color);
}

/** Size of a text in px. @param scale px per dot of the font */
export function textSize(text: string, scale: number): readonly [width: number, height: number] {
  return [Math.max(0, text.length * CELL_WIDTH - 1) * scale, GLYPH_HEIGHT * scale];
}

/** @param x left and y top of the text, in px. @param scale px per dot of the font */
export function drawText(
  canvas: Canvas,
  text: string,
  x: number,
  y: number,
  scale: number,
  color: Rgb,
): void {
  eachTextDot(text, x, y, scale, (rect) => fillRect(canvas, rect, color));
}

/** The squares that a text is made of. */
export function eachTextDot(
  text: string,
  x: number,
  y: number,
  scale: number,
  use: (rect: readonly [number, number, number, number]) => void,
): void {
  for (let i = 0; i < text.length; i++) {
    const rows = glyphRows(text[i] as string);
    for (let row = 0; row < GLYPH_HEIGHT; row++) {
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        const isDot = ((rows[row] as number) >> (GLYPH_WIDTH - 1 - column)) & 1;
        if (isDot) {
          const left = x + (i * CELL_WIDTH + column) * scale;
          use([left, y + row * scale, scale, scale]);
        }
      }
    }
  }
}
