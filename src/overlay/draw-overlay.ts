import { type ClassInfo, parseColor } from "../core/classes.js";
import type { ClassObject } from "../core/mask.js";
import { MavsegError } from "../errors.js";
import { type Canvas, drawText, fillRect, type Rgb, strokeRect, textSize } from "./canvas.js";

/** A picture as it is drawn over. */
export interface OverlayFrame {
  /** `[height, width, channels]`, without padding. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1: grey, 3: RGB. */
  readonly channels: 1 | 3;
}

export interface OverlayOptions {
  /** How much of the class's colour covers the picture, 0..1; 0.4 by default. */
  readonly opacity?: number;
  /** Boxes with names are drawn around these. */
  readonly objects?: readonly ClassObject[];
  /** The line at the top: which frame, and how old its mask was. */
  readonly legend?: { readonly seq: number; readonly ageMs: number };
  /** A buffer of width x height x 3 bytes to draw into, for live use without allocation. */
  readonly into?: Uint8Array;
}

const DEFAULT_OPACITY = 0.4;
const LEGEND_OPACITY = 0.7;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/** Pictures up to this height get the font at one px per dot. */
const HEIGHT_PER_SCALE_PX = 600;

/**
 * A picture with its mask over it: class colours, a one-pixel outline around each region, and when asked for boxes
 * with names and a legend line. Class 0, the background, and ids without a class stay as they are.
 * @param mask `[height, width]` class ids
 * @returns `[height, width, 3]` RGB
 * @throws MavsegError `FRAME_INVALID` when frame and mask do not fit together
 */
export function drawOverlay(
  frame: OverlayFrame,
  mask: Uint8Array,
  classes: readonly ClassInfo[],
  options: OverlayOptions = {},
): Uint8Array {
  const { width, height } = frame;
  checkSizes(frame, mask, options.into);
  const canvas = { rgb: options.into ?? new Uint8Array(width * height * 3), width, height };
  copyFrame(frame, canvas.rgb);
  const colors = classes.map(({ color }) => parseColor(color));
  blendClasses(canvas, mask, colors, options.opacity ?? DEFAULT_OPACITY);
  const scale = 1 + Math.floor(height / HEIGHT_PER_SCALE_PX);
  for (const object of options.objects ?? []) drawObject(canvas, object, classes, scale);
  if (options.legend !== undefined) drawLegend(canvas, options.legend, classes, scale);
  return canvas.rgb;
}

function checkSizes(
  { data, width, height, channels }: OverlayFrame,
  mask: Uint8Array,
  into?: Uint8Array,
): void {
  const pixels = width * height;
  const check = (what: string, expected: number, actual: number) => {
    if (actual === expected) return;
    throw new MavsegError("FRAME_INVALID", {
      expected: `${expected} bytes of ${what} for ${width}x${height} px`,
      actual: `${actual} bytes`,
    });
  };
  check("picture", pixels * channels, data.length);
  check("mask", pixels, mask.length);
  if (into !== undefined) check("overlay", pixels * 3, into.length);
}

function copyFrame({ data, channels }: OverlayFrame, rgb: Uint8Array): void {
  if (channels === 3) {
    rgb.set(data);
    return;
  }
  for (let i = 0, j = 0; i < data.length; i++, j += 3) {
    const grey = data[i]!;
    rgb[j] = grey;
    rgb[j + 1] = grey;
    rgb[j + 2] = grey;
  }
}

function blendClasses(canvas: Canvas, mask: Uint8Array, colors: readonly Rgb[], opacity: number): void {
  const { rgb, width, height } = canvas;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const id = mask[at]!;
      if (id === 0 || id >= colors.length) continue;
      const color = colors[id] as Rgb;
      const share = isEdge(mask, id, at, x, y, width, height) ? 1 : opacity;
      for (let c = 0, to = at * 3; c < 3; c++, to++) {
        rgb[to] = Math.round(rgb[to]! + ((color[c] as number) - rgb[to]!) * share);
      }
    }
  }
}

/** Whether a pixel of a region touches another class above, below or beside it. The picture's rim is no edge. */
function isEdge(
  mask: Uint8Array,
  id: number,
  at: number,
  x: number,
  y: number,
  width: number,
  height: number,
): boolean {
  return (
    (x > 0 && mask[at - 1] !== id) ||
    (x + 1 < width && mask[at + 1] !== id) ||
    (y > 0 && mask[at - width] !== id) ||
    (y + 1 < height && mask[at + width] !== id)
  );
}

/** A box two pixels outside the region, so that it does not hide the outline, and the name above or below it. */
function drawObject(canvas: Canvas, object: ClassObject, classes: readonly ClassInfo[], scale: number): void {
  const info = classes[object.class];
  if (info === undefined) return;
  const margin = 2;
  const [x, y, width, height] = object.box;
  const color = parseColor(info.color);
  strokeRect(canvas, [x - margin, y - margin, width + 2 * margin, height + 2 * margin], color);
  const [textWidth, textHeight] = textSize(info.name, scale);
  const tall = textHeight + 2 * scale;
  const left = Math.max(0, Math.min(canvas.width - textWidth - 2 * scale, x - margin));
  const above = y - margin - tall;
  const top = above >= 0 ? above : y + height + margin;
  fillRect(canvas, [left, top, textWidth + 2 * scale, tall], BLACK, LEGEND_OPACITY);
  drawText(canvas, info.name, left + scale, top + scale, scale, color);
}

function drawLegend(
  canvas: Canvas,
  { seq, ageMs }: NonNullable<OverlayOptions["legend"]>,
  classes: readonly ClassInfo[],
  scale: number,
): void {
  const gap = 3 * scale;
  const text = `frame ${seq}  age ${ageMs.toFixed(1)} ms`;
  const [textWidth, textHeight] = textSize(text, scale);
  fillRect(canvas, [0, 0, canvas.width, textHeight + 2 * gap], BLACK, LEGEND_OPACITY);
  drawText(canvas, text, gap, gap, scale, WHITE);
  let x = gap + textWidth + 4 * gap;
  for (const { id, name, color } of classes) {
    if (id === 0) continue;
    fillRect(canvas, [x, gap, textHeight, textHeight], parseColor(color));
    drawText(canvas, name, x + textHeight + gap, gap, scale, WHITE);
    x += textHeight + gap + textSize(name, scale)[0] + 3 * gap;
  }
}
