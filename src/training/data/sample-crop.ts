import { Random } from "../../core/random.js";
import type { Picture } from "../../dataset/read-picture.js";
import type { CropDraw } from "./draw-crop.js";

export interface CropTarget {
  readonly width: number;
  readonly height: number;
  /** Input px per px of the logits. */
  readonly stride: number;
  readonly classCount: number;
  readonly ignoreIndex: number;
  /** Class that ignored px count as, or null for none. */
  readonly ignoredAs: number | null;
  /** Per channel, of pixels scaled to 0..1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Power of two, so that an index wraps by a mask. */
const NOISE_LENGTH = 1 << 16;
const noiseTable = makeNoise();

function makeNoise(): Float32Array {
  const random = new Random(20190401);
  return Float32Array.from({ length: NOISE_LENGTH }, () => random.normal());
}

/** A part of a crop, in crop px. */
export interface CropWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** In a crop's label: not known, because it was ignored, is no class or lies outside the picture. */
export const UNKNOWN = 255;

/**
 * Cuts one augmented crop, or a window of it, out of a picture.
 * @param image filled: `[height, width, channels]` float32 of the window, normalised
 * @param ids filled: `[height, width]` class ids of the window, or UNKNOWN
 */
export function sampleCrop(
  picture: Picture,
  label: Picture,
  draw: CropDraw,
  target: CropTarget,
  image: Float32Array,
  ids: Uint8Array,
  window: CropWindow = { left: 0, top: 0, width: target.width, height: target.height },
): void {
  sampleImage(picture, draw, target, image, window);
  sampleLabel(label, draw, target, ids, window);
}

/** Gamma, brightness and normalisation in one table per channel: 256 powers instead of one per px. */
function toneTables(draw: CropDraw, target: CropTarget, channels: number): Float32Array[] {
  return Array.from({ length: channels }, (_, channel) => {
    const gain = draw.brightness * (draw.tint[channel] ?? 1);
    return Float32Array.from({ length: 256 }, (_, value) => {
      const toned = Math.min(1, (value / 255) ** draw.gamma * gain);
      return (toned - target.mean[channel]!) / target.std[channel]!;
    });
  });
}

function sampleImage(
  picture: Picture,
  draw: CropDraw,
  target: CropTarget,
  image: Float32Array,
  window: CropWindow,
): void {
  const { width, height, channels, data } = picture;
  const tables = toneTables(draw, target, channels);
  const noiseGains = target.std.map((std) => draw.noise / 255 / std);
  let noiseAt = draw.noiseSeed;
  let out = 0;
  for (let y = window.top; y < window.top + window.height; y++) {
    let sx = draw.xx * window.left + draw.xy * y + draw.x0;
    let sy = draw.yx * window.left + draw.yy * y + draw.y0;
    // Rows start at unrelated places of the noise table, so that its period shows no pattern.
    noiseAt = Math.imul(noiseAt, 1664525) + 1013904223;
    for (let x = 0; x < window.width; x++, sx += draw.xx, sy += draw.yx) {
      // Outside, the picture's edge goes on: its labels are ignored there.
      const cx = Math.max(0, Math.min(sx, width - 1.001));
      const cy = Math.max(0, Math.min(sy, height - 1.001));
      const ix = cx | 0;
      const iy = cy | 0;
      const fx = cx - ix;
      const fy = cy - iy;
      const p = (iy * width + ix) * channels;
      const q = p + width * channels;
      const noise = noiseTable[(noiseAt + x) & (NOISE_LENGTH - 1)]!;
      for (let c = 0; c < channels; c++) {
        const top = data[p + c]! + (data[p + channels + c]! - data[p + c]!) * fx;
        const bottom = data[q + c]! + (data[q + channels + c]! - data[q + c]!) * fx;
        const value = (top + (bottom - top) * fy + 0.5) | 0;
        image[out++] = tables[c]![value]! + noise * noiseGains[c]!;
      }
    }
  }
}

function sampleLabel(
  label: Picture,
  draw: CropDraw,
  target: CropTarget,
  ids: Uint8Array,
  window: CropWindow,
): void {
  const { width, height, data } = label;
  const known = idTable(target);
  let out = 0;
  for (let y = window.top; y < window.top + window.height; y++) {
    let sx = draw.xx * window.left + draw.xy * y + draw.x0 + 0.5;
    let sy = draw.yx * window.left + draw.yy * y + draw.y0 + 0.5;
    for (let x = 0; x < window.width; x++, sx += draw.xx, sy += draw.yx) {
      const isInside = sx >= 0 && sy >= 0 && sx < width && sy < height;
      ids[out++] = isInside ? known[data[(sy | 0) * width + (sx | 0)]!]! : UNKNOWN;
    }
  }
}

/** What each value of a label is trained as. */
function idTable({ classCount, ignoreIndex, ignoredAs }: CropTarget): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => {
    if (value === ignoreIndex) return ignoredAs ?? UNKNOWN;
    return value < classCount ? value : UNKNOWN;
  });
}
