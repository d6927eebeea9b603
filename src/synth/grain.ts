import type { SceneRandom } from "./scene-random.js";

/** Side of the repeating pattern; a power of two so that wrapping is a bit mask. */
const SIDE = 256;
const WRAP = SIDE - 1;

/** A repeating grey pattern with mean 0, about -1..1: what makes painted planes look like stuff. */
export class Grain {
  private readonly values: Float32Array;

  /** @param coarsest side of the largest blotches, in cells of the pattern: 1 is white noise */
  constructor(random: SceneRandom, coarsest: number) {
    this.values = new Float32Array(SIDE * SIDE);
    let weight = 1;
    let total = 0;
    for (let cell = coarsest; cell >= 1; cell /= 2) {
      addOctave(this.values, random, cell, weight);
      total += weight * weight;
      weight *= 0.6;
    }
    const norm = 1 / Math.sqrt(total);
    for (let i = 0; i < this.values.length; i++) this.values[i]! *= norm;
  }

  /** Bilinear, wrapping; u and v in cells of the pattern. */
  at(u: number, v: number): number {
    const uFloor = Math.floor(u);
    const vFloor = Math.floor(v);
    const fu = u - uFloor;
    const fv = v - vFloor;
    const left = uFloor & WRAP;
    const right = (uFloor + 1) & WRAP;
    const top = (vFloor & WRAP) * SIDE;
    const bottom = ((vFloor + 1) & WRAP) * SIDE;
    const values = this.values;
    const upper = values[top + left]! + (values[top + right]! - values[top + left]!) * fu;
    const lower = values[bottom + left]! + (values[bottom + right]! - values[bottom + left]!) * fu;
    return upper + (lower - upper) * fv;
  }
}

/** Adds random values on a grid of `cell` cells, interpolated smoothly between. */
function addOctave(values: Float32Array, random: SceneRandom, cell: number, weight: number): void {
  const count = SIDE / cell;
  const grid = Float32Array.from({ length: count * count }, () => random.uniform(-1, 1) * weight);
  for (let y = 0; y < SIDE; y++) {
    const gy = Math.floor(y / cell);
    const fy = smooth(y / cell - gy);
    const below = ((gy + 1) % count) * count;
    for (let x = 0; x < SIDE; x++) {
      const gx = Math.floor(x / cell);
      const fx = smooth(x / cell - gx);
      const next = (gx + 1) % count;
      const upper = grid[gy * count + gx]! * (1 - fx) + grid[gy * count + next]! * fx;
      const lower = grid[below + gx]! * (1 - fx) + grid[below + next]! * fx;
      values[y * SIDE + x]! += upper * (1 - fy) + lower * fy;
    }
  }
}

function smooth(x: number): number {
  return x * x * (3 - 2 * x);
}
