import { boundingRadius, intoSolid, type Solid } from "./solid.js";
import type { Vector } from "./vector.js";

/** Numbers per body in the flat table. */
const STRIDE = 21;
/** Offsets in a body's numbers: rotation rows, half extents, shape, then what depends on where the rays start. */
const HALF = 9;
const SHAPE = 12;
const BOUND_SQUARED = 13;
const ORIGIN = 14;
const RELATIVE = 17;
const CLEARANCE = 20;

const SHAPES = { box: 0, rod: 1, barrel: 2, ball: 3 } as const;

/** Stands for a direction of exactly 0 along an axis, whose inverse would turn 0 into NaN. */
const ALMOST_ZERO = 1e-12;

/** A hit nearer than this is the surface that the ray starts on. */
const NEAREST_M = 1e-4;

/**
 * Bodies laid out flat for ray casting: millions of tests a frame, so no objects, no allocation, and a test of the
 * bounding ball before anything else.
 */
export class SolidTable {
  readonly solids: readonly Solid[];
  private readonly numbers: Float64Array;
  private readonly normal = new Float64Array(3);

  constructor(solids: readonly Solid[]) {
    this.solids = solids;
    this.numbers = new Float64Array(solids.length * STRIDE);
    solids.forEach((solid, index) => {
      const at = index * STRIDE;
      this.numbers.set(solid.rotation.flat(), at);
      this.numbers.set(solid.half, at + HALF);
      this.numbers[at + SHAPE] = SHAPES[solid.shape];
      this.numbers[at + BOUND_SQUARED] = boundingRadius(solid) ** 2;
    });
  }

  /** Sets where the rays of the following calls start. */
  setOrigin(origin: Vector): void {
    const n = this.numbers;
    this.solids.forEach((solid, index) => {
      const at = index * STRIDE;
      n.set(intoSolid(solid, origin), at + ORIGIN);
      let squared = 0;
      for (let axis = 0; axis < 3; axis++) {
        const distance = (origin[axis] as number) - (solid.centre[axis] as number);
        n[at + RELATIVE + axis] = distance;
        squared += distance * distance;
      }
      n[at + CLEARANCE] = squared - n[at + BOUND_SQUARED]!;
    });
  }

  /**
   * Distance along the ray to a body, or `limit` when it is missed or farther away.
   * @param index of the body
   * @param dx unit direction, outer frame
   */
  distance(index: number, dx: number, dy: number, dz: number, limit: number): number {
    const n = this.numbers;
    const at = index * STRIDE;
    const approach = n[at + RELATIVE]! * dx + n[at + RELATIVE + 1]! * dy + n[at + RELATIVE + 2]! * dz;
    const clearance = n[at + CLEARANCE]!;
    if (approach * approach < clearance || (approach > 0 && clearance > 0)) return limit;
    const x = n[at]! * dx + n[at + 1]! * dy + n[at + 2]! * dz;
    const y = n[at + 3]! * dx + n[at + 4]! * dy + n[at + 5]! * dz;
    const z = n[at + 6]! * dx + n[at + 7]! * dy + n[at + 8]! * dz;
    const shape = n[at + SHAPE]!;
    const t =
      shape === 0
        ? boxDistance(n, at, x, y, z)
        : shape === 1
          ? rodDistance(n, at, x, y, z)
          : shape === 2
            ? barrelDistance(n, at, x, y, z)
            : ballDistance(n, at, x, y, z);
    return t > NEAREST_M && t < limit ? t : limit;
  }

  /**
   * Outer normal where a ray hits a body, in the outer frame.
   * @returns a buffer that the next call overwrites
   */
  normalAt(index: number, dx: number, dy: number, dz: number, t: number): Float64Array {
    const n = this.numbers;
    const at = index * STRIDE;
    const x = n[at + ORIGIN]! + (n[at]! * dx + n[at + 1]! * dy + n[at + 2]! * dz) * t;
    const y = n[at + ORIGIN + 1]! + (n[at + 3]! * dx + n[at + 4]! * dy + n[at + 5]! * dz) * t;
    const z = n[at + ORIGIN + 2]! + (n[at + 6]! * dx + n[at + 7]! * dy + n[at + 8]! * dz) * t;
    const own = this.normal;
    setOwnNormal(own, n, at, x, y, z);
    const nx = own[0]!;
    const ny = own[1]!;
    const nz = own[2]!;
    const norm = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
    for (let axis = 0; axis < 3; axis++) {
      own[axis] = (n[at + axis]! * nx + n[at + 3 + axis]! * ny + n[at + 6 + axis]! * nz) * norm;
    }
    return own;
  }
}

function boxDistance(n: Float64Array, at: number, x: number, y: number, z: number): number {
  const ix = 1 / (x || ALMOST_ZERO);
  const iy = 1 / (y || ALMOST_ZERO);
  const iz = 1 / (z || ALMOST_ZERO);
  const mx = -n[at + ORIGIN]! * ix;
  const my = -n[at + ORIGIN + 1]! * iy;
  const mz = -n[at + ORIGIN + 2]! * iz;
  const wx = n[at + HALF]! * Math.abs(ix);
  const wy = n[at + HALF + 1]! * Math.abs(iy);
  const wz = n[at + HALF + 2]! * Math.abs(iz);
  const near = Math.max(mx - wx, my - wy, mz - wz);
  return near < Math.min(mx + wx, my + wy, mz + wz) ? near : -1;
}

/** Distance to an endless upright cylinder: near and far are -b -+ root over a. */
function rodDistance(n: Float64Array, at: number, x: number, y: number, z: number): number {
  const ox = n[at + ORIGIN]!;
  const oy = n[at + ORIGIN + 1]!;
  const oz = n[at + ORIGIN + 2]!;
  const radius = n[at + HALF]!;
  const halfLength = n[at + HALF + 1]!;
  const a = x * x + z * z || ALMOST_ZERO ** 2;
  const b = ox * x + oz * z;
  const root = b * b - a * (ox * ox + oz * oz - radius * radius);
  if (root < 0) return -1;
  const side = (-b - Math.sqrt(root)) / a;
  const height = oy + side * y;
  if (height > -halfLength && height < halfLength) return side;
  const end = oy - (height < 0 ? -halfLength : halfLength);
  const toEnd = b + end * y;
  const endRoot = toEnd * toEnd - (ox * ox + end * end + oz * oz - radius * radius);
  return endRoot < 0 ? -1 : -toEnd - Math.sqrt(endRoot);
}

function barrelDistance(n: Float64Array, at: number, x: number, y: number, z: number): number {
  const ox = n[at + ORIGIN]!;
  const oz = n[at + ORIGIN + 2]!;
  const radius = n[at + HALF]!;
  const a = x * x + z * z || ALMOST_ZERO ** 2;
  const b = ox * x + oz * z;
  const root = b * b - a * (ox * ox + oz * oz - radius * radius);
  if (root < 0) return -1;
  const half = Math.sqrt(root);
  const steep = y || ALMOST_ZERO;
  const middle = -n[at + ORIGIN + 1]! / steep;
  const reach = n[at + HALF + 1]! / Math.abs(steep);
  const near = Math.max((-b - half) / a, middle - reach);
  return near < Math.min((-b + half) / a, middle + reach) ? near : -1;
}

function ballDistance(n: Float64Array, at: number, x: number, y: number, z: number): number {
  const sx = 1 / n[at + HALF]!;
  const sy = 1 / n[at + HALF + 1]!;
  const sz = 1 / n[at + HALF + 2]!;
  const ox = n[at + ORIGIN]! * sx;
  const oy = n[at + ORIGIN + 1]! * sy;
  const oz = n[at + ORIGIN + 2]! * sz;
  const px = x * sx;
  const py = y * sy;
  const pz = z * sz;
  const a = px * px + py * py + pz * pz;
  const b = ox * px + oy * py + oz * pz;
  const root = b * b - a * (ox * ox + oy * oy + oz * oz - 1);
  return root < 0 ? -1 : (-b - Math.sqrt(root)) / a;
}

/** Normal in the body's own frame, of any length. */
function setOwnNormal(own: Float64Array, n: Float64Array, at: number, x: number, y: number, z: number): void {
  const shape = n[at + SHAPE]!;
  const hx = n[at + HALF]!;
  const hy = n[at + HALF + 1]!;
  const hz = n[at + HALF + 2]!;
  own[0] = 0;
  own[1] = 0;
  own[2] = 0;
  if (shape === SHAPES.ball) {
    own[0] = x / (hx * hx);
    own[1] = y / (hy * hy);
    own[2] = z / (hz * hz);
  } else if (shape === SHAPES.rod) {
    own[0] = x;
    own[1] = y - Math.max(-hy, Math.min(hy, y));
    own[2] = z;
  } else if (shape === SHAPES.barrel) {
    if (Math.abs(y) > hy * 0.9999) own[1] = y;
    else {
      own[0] = x;
      own[2] = z;
    }
  } else {
    const ax = Math.abs(x) / hx;
    const ay = Math.abs(y) / hy;
    const az = Math.abs(z) / hz;
    const axis = ax > ay ? (ax > az ? 0 : 2) : ay > az ? 1 : 2;
    own[axis] = axis === 0 ? x : axis === 1 ? y : z;
  }
}
