/** x to the right, y up, z forward, in metres. */
export type Vector = readonly [x: number, y: number, z: number];

/** Rows are the axes of the turned frame, seen from the outer one: `rotation * outer = inner`. */
export type Rotation = readonly [right: Vector, up: Vector, forward: Vector];

export const UNTURNED: Rotation = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/**
 * The frame of something that looks along +z, turned by yaw (to the right), then pitch (nose up), then roll
 * (right side down when negative). Angles in radians.
 */
export function turned(yaw: number, pitch: number, roll: number): Rotation {
  const [sinYaw, cosYaw] = [Math.sin(yaw), Math.cos(yaw)];
  const [sinPitch, cosPitch] = [Math.sin(pitch), Math.cos(pitch)];
  const [sinRoll, cosRoll] = [Math.sin(roll), Math.cos(roll)];
  const forward: Vector = [sinYaw * cosPitch, sinPitch, cosYaw * cosPitch];
  const level: Vector = [cosYaw, 0, -sinYaw];
  const upright = cross(forward, level);
  return [
    add(scale(level, cosRoll), scale(upright, sinRoll)),
    add(scale(upright, cosRoll), scale(level, -sinRoll)),
    forward,
  ];
}

/** A frame whose up axis is the given direction, for rods that lie along their own y. */
export function alongY(direction: Vector): Rotation {
  const up = scale(direction, 1 / length(direction));
  const helper: Vector = Math.abs(up[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0];
  const side = cross(helper, up);
  const right = scale(side, 1 / length(side));
  return [right, up, cross(right, up)];
}

export function add(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function length(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** From the outer frame into the turned one. */
export function inward(rotation: Rotation, v: Vector): Vector {
  return [dot(rotation[0], v), dot(rotation[1], v), dot(rotation[2], v)];
}

/** From the turned frame back into the outer one. */
export function outward([right, up, forward]: Rotation, v: Vector): Vector {
  return add(add(scale(right, v[0]), scale(up, v[1])), scale(forward, v[2]));
}
