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

/**
 * Cuts one augmented crop out of a picture.
 * @param image filled: `[height, width, channels]` float32, normalised
 * @param counts filled: `[height/stride, width/stride, classes]`: how many of a cell's stride*stride px are of each
 * class. Ignored px and px outside the picture count for none, so a cell's sum says how much of it is known. Counts
 * instead of one winner keep the boundary's place within a cell: that is what bilinear logits can express.
 */
export function sampleCrop(
  picture: Picture,
  label: Picture,
  draw: CropDraw,
  target: CropTarget,
  image: Float32Array,
  counts: Uint8Array,
): void {
  sampleImage(picture, draw, target, image);
  sampleLabel(label, draw, target, counts);
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

function sampleImage(picture: Picture, draw: CropDraw, target: CropTarget, image: Float32Array): void {
  const { width, height, channels, data } = picture;
  const tables = toneTables(draw, target, channels);
  const noiseGains = target.std.map((std) => draw.noise / 255 / std);
  let noiseAt = draw.noiseSeed;
  let out = 0;
  for (let y = 0; y < target.height; y++) {
    let sx = draw.xy * y + draw.x0;
    let sy = draw.yy * y + draw.y0;
    // Rows start at unrelated places of the noise table, so that its period shows no pattern.
    noiseAt = Math.imul(noiseAt, 1664525) + 1013904223;
    for (let x = 0; x < target.width; x++, sx += draw.xx, sy += draw.yx) {
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

function sampleLabel(label: Picture, draw: CropDraw, target: CropTarget, counts: Uint8Array): void {
  const { width, height, data } = label;
  const { stride, classCount, ignoreIndex, ignoredAs } = target;
  const cellsPerRow = target.width / stride;
  counts.fill(0);
  for (let y = 0; y < target.height; y++) {
    let sx = draw.xy * y + draw.x0 + 0.5;
    let sy = draw.yy * y + draw.y0 + 0.5;
    const row = Math.floor(y / stride) * cellsPerRow;
    for (let x = 0; x < target.width; x++, sx += draw.xx, sy += draw.yx) {
      if (sx < 0 || sy < 0 || sx >= width || sy >= height) continue;
      const labelled = data[(sy | 0) * width + (sx | 0)]!;
      const id = labelled === ignoreIndex && ignoredAs !== null ? ignoredAs : labelled;
      if (id === ignoreIndex || id >= classCount) continue;
      counts[(row + ((x / stride) | 0)) * classCount + id]!++;
    }
  }
}
