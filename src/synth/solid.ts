import {
  add,
  alongY,
  inward,
  length,
  type Rotation,
  scale,
  subtract,
  UNTURNED,
  type Vector,
} from "./vector.js";

/** How a surface takes and gives light. */
export interface Material {
  /** Share of the light that comes back, 0..1. */
  readonly albedo: number;
  /** Radiance of its own; 0 for all but lamps. */
  readonly emission: number;
  /** How much the albedo varies over the surface, 0..1. */
  readonly unevenness: number;
}

export type Shape = "box" | "rod" | "barrel" | "ball";

/** A convex body. Its own frame has the origin in its centre. */
export interface Solid {
  /** `rod`: cylinder along its y with round ends; `barrel`: with flat ends; `ball`: ellipsoid. */
  readonly shape: Shape;
  readonly centre: Vector;
  readonly rotation: Rotation;
  /** Half the extent along its own axes, in m; for `rod` y is half the straight part. */
  readonly half: Vector;
  readonly material: Material;
  /** Whether it is reckoned with in the floor's shadows. */
  readonly castsShadow: boolean;
}

interface Finish {
  readonly rotation?: Rotation;
  readonly castsShadow?: boolean;
}

export function box(centre: Vector, half: Vector, material: Material, finish: Finish = {}): Solid {
  return { shape: "box", centre, half, material, rotation: UNTURNED, castsShadow: true, ...finish };
}

export function ball(centre: Vector, half: Vector, material: Material, finish: Finish = {}): Solid {
  return { shape: "ball", centre, half, material, rotation: UNTURNED, castsShadow: true, ...finish };
}

/** Upright cylinder with flat ends. */
export function barrel(
  centre: Vector,
  radius: number,
  halfHeight: number,
  material: Material,
  finish: Finish = {},
): Solid {
  const half: Vector = [radius, halfHeight, radius];
  return { shape: "barrel", centre, half, material, rotation: UNTURNED, castsShadow: true, ...finish };
}

/** Round-ended tube between two points. */
export function rod(from: Vector, to: Vector, radius: number, material: Material, castsShadow = true): Solid {
  const along = subtract(to, from);
  const half: Vector = [radius, length(along) / 2, radius];
  const centre = scale(add(from, to), 0.5);
  return { shape: "rod", centre, half, material, rotation: alongY(along), castsShadow };
}

/** Radius of the ball around the centre that holds the whole body. */
export function boundingRadius({ shape, half }: Solid): number {
  if (shape === "ball") return Math.max(...half);
  if (shape === "rod") return half[1] + half[0];
  return shape === "barrel" ? Math.hypot(half[0], half[1]) : length(half);
}

/**
 * Cuts a box into pieces of at most `longest` metres along its longest side: the ball around each piece is then
 * small in the picture, and far fewer rays have to be tried against it.
 */
export function cutLengthwise(whole: Solid, longest: number): Solid[] {
  const axis = whole.half.indexOf(Math.max(...whole.half)) as 0 | 1 | 2;
  const pieces = Math.ceil((2 * whole.half[axis]) / longest);
  const half = whole.half.map((h, i) => (i === axis ? h / pieces : h)) as unknown as Vector;
  return Array.from({ length: pieces }, (_, i) => {
    const shift = whole.half[axis] * ((2 * i + 1) / pieces - 1);
    return { ...whole, half, centre: add(whole.centre, scale(whole.rotation[axis], shift)) };
  });
}

/** A point of the outer frame in the body's own. */
export function intoSolid(solid: Solid, point: Vector): Vector {
  return inward(solid.rotation, subtract(point, solid.centre));
}
