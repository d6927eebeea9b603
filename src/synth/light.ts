import type { Vector } from "./vector.js";

/** A light is no point: nearer than about its own size, in m squared, its irradiance stops growing. */
const LEAST_SIZE = 0.4;
/** Strong lights are large ones; so no wall beside a window is brighter than the window. */
const SIZE_PER_POWER = 1 / 2;

/** A lamp or window as the surfaces see it: a small plane that shines to one side. */
export interface Light {
  readonly position: Vector;
  /** Unit vector to where it shines most. */
  readonly facing: Vector;
  /** Irradiance that it gives at 1 m straight ahead. */
  readonly power: number;
}

/** Irradiance of a light at a point, for a plane that faces it. */
export function irradianceFacing(light: Light, x: number, y: number, z: number): number {
  const [dx, dy, dz] = [x - light.position[0], y - light.position[1], z - light.position[2]];
  const squared = dx * dx + dy * dy + dz * dz;
  const ahead =
    (dx * light.facing[0] + dy * light.facing[1] + dz * light.facing[2]) / Math.sqrt(squared + 1e-9);
  // Lamps shine a little to the side and upwards too.
  return (light.power * Math.max(0.06, ahead)) / (squared + LEAST_SIZE + SIZE_PER_POWER * light.power);
}
