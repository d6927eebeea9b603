import type { Hall } from "./hall.js";
import { irradianceFacing } from "./light.js";
import type { ShadowSpot } from "./surfaces.js";
import type { Vector } from "./vector.js";

/** Lamps whose shadows are drawn: the weaker ones give none that could be seen. */
const MOST_SPOTS = 4;
/** A drone's shadow is not solid: arms and gaps. */
const DENSITY = 0.75;
/** Half the width of a lamp, which softens shadows the more, the higher the drone is. */
const LAMP_HALF_M = 0.5;

/** The shadows that a flying drone throws on the floor: one for each of the strongest lamps above it. */
export function shadowsOf(hall: Hall, [x, y, z]: Vector, span: number): ShadowSpot[] {
  const lamps = hall.lights.filter(({ position, facing }) => facing[1] < 0 && position[1] > y + 0.3);
  const spots = lamps.map((light) => {
    const [lx, ly, lz] = light.position;
    const stretch = ly / (ly - y);
    const at = { x: lx + (x - lx) * stretch, z: lz + (z - lz) * stretch };
    const cosine = ly / Math.hypot(at.x - lx, ly, at.z - lz);
    return { ...at, stretch, light: irradianceFacing(light, at.x, 0, at.z) * cosine };
  });
  const total = hall.lights.reduce((sum, light) => sum + irradianceFacing(light, x, 0, z), 1e-9);
  return spots
    .sort((a, b) => b.light - a.light)
    .slice(0, MOST_SPOTS)
    .map((spot) => {
      const sharp = span * 0.3 * spot.stretch;
      const soft = Math.hypot(sharp, LAMP_HALF_M * (spot.stretch - 1));
      const share = Math.min(1, spot.light / total);
      return { x: spot.x, z: spot.z, radius: soft, depth: share * DENSITY * (sharp / soft) ** 2 };
    });
}
