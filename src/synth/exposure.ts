import type { SceneRandom } from "./scene-random.js";

/** Grey value, 0..1, that the camera's automatic exposure brings the middle brightness of a flight to. */
const TARGET_GREY = 0.24;
/** The sensor's answer: grey = light^(1/GAMMA). */
const GAMMA = 1.5;
/** Normal numbers kept for the noise; a prime, so that frames of any size start at ever other places. */
const NOISE_LENGTH = 131_071;
/** Light above this scatters in the lens. */
const GLOW_THRESHOLD = 1.5;
/** Share of the bright light that ends up in the glow. */
const GLOW_SHARE = 0.06;
const GLOW_STEP_PX = 8;

/** Lens shading, automatic exposure, glow and noise of one camera: from light to 8 bits. */
export class Exposure {
  private readonly width: number;
  private readonly height: number;
  private readonly shading: Float32Array;
  private readonly noise: Float32Array;
  private readonly shotNoise: number;
  private readonly readNoise: number;
  private readonly response: Uint8Array;
  private readonly glow: Float32Array;
  private gain: number | undefined;

  constructor(random: SceneRandom, width: number, height: number) {
    this.width = width;
    this.height = height;
    this.shading = lensShading(width, height, random.uniform(0.35, 0.7));
    this.noise = Float32Array.from({ length: NOISE_LENGTH }, () => random.normal());
    this.shotNoise = random.betweenLog(0.0001, 0.0012);
    this.readNoise = random.betweenLog(0.0008, 0.004);
    this.response = Uint8Array.from({ length: 4096 }, (_, i) => Math.round(255 * (i / 4095) ** (1 / GAMMA)));
    this.glow = new Float32Array(Math.ceil(width / GLOW_STEP_PX) * Math.ceil(height / GLOW_STEP_PX));
  }

  /**
   * @param radiance `[height, width]`, linear
   * @param stops how far this frame is off the right exposure, in powers of two
   * @param random of this frame, for its noise
   * @returns `[height, width]` grey, 0..255
   */
  develop(radiance: Float32Array, stops: number, random: SceneRandom): Uint8Array<ArrayBuffer> {
    // Held for the whole flight, so that a drone before the lens does not change the hall's brightness.
    this.gain ??= TARGET_GREY ** GAMMA / middle(radiance);
    const gain = this.gain * 2 ** stops;
    this.spreadGlow(radiance, gain);
    const grey = new Uint8Array(radiance.length);
    let noiseAt = random.whole(0, NOISE_LENGTH - 1);
    const glowWidth = Math.ceil(this.width / GLOW_STEP_PX);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const at = y * this.width + x;
        const light = (radiance[at]! * gain + sampleGlow(this.glow, glowWidth, x, y)) * this.shading[at]!;
        const noise =
          this.noise[noiseAt]! * Math.sqrt(this.shotNoise * light + this.readNoise * this.readNoise);
        if (++noiseAt === NOISE_LENGTH) noiseAt = 0;
        const value = light + noise;
        grey[at] = this.response[value <= 0 ? 0 : value >= 1 ? 4095 : (value * 4095 + 0.5) | 0]!;
      }
    }
    return grey;
  }

  /** Scatter of lamps and windows in the lens: bright light, gathered coarsely and blurred twice. */
  private spreadGlow(radiance: Float32Array, gain: number): void {
    const columns = Math.ceil(this.width / GLOW_STEP_PX);
    const rows = Math.ceil(this.height / GLOW_STEP_PX);
    const glow = this.glow.fill(0);
    for (let y = 0; y < this.height; y++) {
      const row = Math.floor(y / GLOW_STEP_PX) * columns;
      for (let x = 0; x < this.width; x++) {
        const light = radiance[y * this.width + x]! * gain;
        if (light > GLOW_THRESHOLD) glow[row + Math.floor(x / GLOW_STEP_PX)]! += Math.min(light, 30);
      }
    }
    const scale = GLOW_SHARE / GLOW_STEP_PX ** 2;
    for (let i = 0; i < glow.length; i++) glow[i]! *= scale;
    blur(glow, columns, rows, 1);
    const wide = glow.slice();
    blur(wide, columns, rows, 4);
    for (let i = 0; i < glow.length; i++) glow[i] = glow[i]! + wide[i]!;
  }
}

/** Fall-off towards the corners. @param strength 0: none, 1: a simple lens's cosine to the fourth */
function lensShading(width: number, height: number, strength: number): Float32Array {
  const shading = new Float32Array(width * height);
  const corner = Math.hypot(width, height) / 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const radius = Math.hypot(x - (width - 1) / 2, y - (height - 1) / 2) / corner;
      shading[y * width + x] = 1 - strength * (1 - Math.cos(radius * 0.9) ** 4);
    }
  }
  return shading;
}

/** Median of a thousandth of the pixels and more: lamps must not count. */
function middle(radiance: Float32Array): number {
  const step = Math.max(1, Math.floor(radiance.length / 4001));
  const some = Float32Array.from(
    { length: Math.floor(radiance.length / step) },
    (_, i) => radiance[i * step]!,
  ).sort();
  return Math.max(1e-6, some[some.length >> 1]!);
}

/** Bilinear between the middles of the coarse cells. */
function sampleGlow(glow: Float32Array, columns: number, x: number, y: number): number {
  const rows = glow.length / columns;
  const gx = Math.max(0, Math.min(columns - 1.001, (x + 0.5) / GLOW_STEP_PX - 0.5));
  const gy = Math.max(0, Math.min(rows - 1.001, (y + 0.5) / GLOW_STEP_PX - 0.5));
  const ix = gx | 0;
  const iy = gy | 0;
  const at = iy * columns + ix;
  const below = iy + 1 < rows ? columns : 0;
  const next = ix + 1 < columns ? 1 : 0;
  const upper = glow[at]! + (glow[at + next]! - glow[at]!) * (gx - ix);
  const lower = glow[at + below]! + (glow[at + below + next]! - glow[at + below]!) * (gx - ix);
  return upper + (lower - upper) * (gy - iy);
}

/** Three box blurs in each direction come close to a Gaussian. */
function blur(field: Float32Array, columns: number, rows: number, radius: number): void {
  const line = new Float64Array(Math.max(columns, rows));
  for (let round = 0; round < 3; round++) {
    for (let row = 0; row < rows; row++) blurLine(field, row * columns, 1, line.subarray(0, columns), radius);
    for (let column = 0; column < columns; column++)
      blurLine(field, column, columns, line.subarray(0, rows), radius);
  }
}

/** @param line room for the values as they were */
function blurLine(
  field: Float32Array,
  start: number,
  step: number,
  line: Float64Array,
  radius: number,
): void {
  for (let i = 0; i < line.length; i++) line[i] = field[start + i * step]!;
  for (let i = 0; i < line.length; i++) {
    const last = Math.min(line.length - 1, i + radius);
    let sum = 0;
    for (let j = Math.max(0, i - radius); j <= last; j++) sum += line[j]!;
    field[start + i * step] = sum / (2 * radius + 1);
  }
}
