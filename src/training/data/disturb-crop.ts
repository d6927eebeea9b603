import type { Random } from "../../core/random.js";
import type { Augmentation } from "../options.js";
import type { CropTarget } from "./sample-crop.js";

// What light and lens do to a whole picture, after everything was pasted into it: pieces then stand in one light.

type Size = Pick<CropTarget, "width" | "height">;
type Tones = Pick<CropTarget, "mean" | "std">;

/** Wavelength of the light's change, in crop diagonals. */
const LEAST_WAVELENGTH = 0.5;
const MOST_WAVELENGTH = 2.5;

/** Half of the crops stay sharp: a blurred flight is the exception. */
const BLURRED_SHARE = 0.5;

/** Shades and blurs a crop as `augmentation` says; changes nothing, and draws nothing, where both are off. */
export function disturbCrop(
  random: Random,
  { shade, blur }: Pick<Augmentation, "shade" | "blur">,
  image: Float32Array,
  target: Size & Tones,
): void {
  if (shade > 1) shadeCrop(image, target, drawWave(random, shade, target));
  if (blur > 0 && random.chance(BLURRED_SHARE)) {
    blurCrop(image, target.width, target.height, random.uniform(0, blur));
  }
}

/** Light that changes over the crop: the factor at (x, y) is 1 + depth * cos(x * kx + y * ky + phase). */
export interface ShadeWave {
  readonly depth: number;
  readonly kx: number;
  readonly ky: number;
  readonly phase: number;
}

/** @param most brightest by darkest place, 1 or more */
function drawWave(random: Random, most: number, { width, height }: Size): ShadeWave {
  const contrast = Math.exp(random.next() * Math.log(most));
  const direction = random.uniform(0, 2 * Math.PI);
  const wavelengthPx = random.uniform(LEAST_WAVELENGTH, MOST_WAVELENGTH) * Math.hypot(width, height);
  const k = (2 * Math.PI) / wavelengthPx;
  return {
    depth: (contrast - 1) / (contrast + 1),
    kx: k * Math.cos(direction),
    ky: k * Math.sin(direction),
    phase: random.uniform(0, 2 * Math.PI),
  };
}

/** @param image `[height, width, channels]`, normalised; changed in place, whites clipped as a camera does */
export function shadeCrop(
  image: Float32Array,
  { width, height, mean, std }: Size & Tones,
  { depth, kx, ky, phase }: ShadeWave,
): void {
  const channels = mean.length;
  const white = mean.map((value, c) => (1 - value) / std[c]!);
  const black = mean.map((value, c) => value / std[c]!);
  const stepCos = Math.cos(kx);
  const stepSin = Math.sin(kx);
  let at = 0;
  for (let y = 0; y < height; y++) {
    // One turn per px instead of a cosine.
    let cos = Math.cos(y * ky + phase);
    let sin = Math.sin(y * ky + phase);
    for (let x = 0; x < width; x++) {
      const gain = 1 + depth * cos;
      for (let c = 0; c < channels; c++, at++) {
        image[at] = Math.min((image[at]! + black[c]!) * gain - black[c]!, white[c]!);
      }
      const turned = cos * stepCos - sin * stepSin;
      sin = sin * stepCos + cos * stepSin;
      cos = turned;
    }
  }
}

/** Most variance, in px squared, that one pass of the binomial [w, 1 - 2w, w] can add. */
const VARIANCE_PER_PASS = 0.5;

/**
 * Gaussian blur by repeated three-tap passes, whose variances add up.
 * @param image `[height, width, channels]`; changed in place
 */
export function blurCrop(image: Float32Array, width: number, height: number, sigmaPx: number): void {
  const variance = sigmaPx ** 2;
  const passes = Math.ceil(variance / VARIANCE_PER_PASS);
  if (passes === 0) return;
  const side = variance / passes / 2;
  const channels = image.length / (width * height);
  for (let pass = 0; pass < passes; pass++) {
    for (let y = 0; y < height; y++) blurLine(image, y * width * channels, channels, width, channels, side);
    blurRows(image, width * channels, height, side);
  }
}

/** Along one row: `count` px, `step` apart. */
function blurLine(
  image: Float32Array,
  start: number,
  step: number,
  count: number,
  channels: number,
  side: number,
): void {
  const middle = 1 - 2 * side;
  for (let c = 0; c < channels; c++) {
    let at = start + c;
    let before = image[at]!;
    for (let i = 0; i < count; i++, at += step) {
      const here = image[at]!;
      const after = i + 1 < count ? image[at + step]! : here;
      image[at] = side * (before + after) + middle * here;
      before = here;
    }
  }
}

/** Across rows, row by row: columns one after the other would read each cache line once per px. */
function blurRows(image: Float32Array, rowLength: number, height: number, side: number): void {
  const middle = 1 - 2 * side;
  const before = image.slice(0, rowLength);
  for (let y = 0; y < height; y++) {
    const row = y * rowLength;
    const next = y + 1 < height ? row + rowLength : row;
    for (let i = 0; i < rowLength; i++) {
      const here = image[row + i]!;
      image[row + i] = side * (before[i]! + image[next + i]!) + middle * here;
      before[i] = here;
    }
  }
}
