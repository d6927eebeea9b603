import type { Hall } from "./hall.js";
import type { Lens } from "./lens.js";
import type { Pose } from "./motion.js";
import { outward } from "./vector.js";

/** Reflections of lamps on a matte-polished floor are soft: reckoned on every eighth pixel, blended between. */
const STEP_PX = 8;

/** The mirror image of the lamps in the floor, as a soft field over the picture. */
export function floorGloss(hall: Hall, lens: Lens, camera: Pose): { at(x: number, y: number): number } {
  const columns = Math.ceil(lens.width / STEP_PX) + 1;
  const rows = Math.ceil(lens.height / STEP_PX) + 1;
  const field = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = Math.min(lens.width - 1, column * STEP_PX);
      const y = Math.min(lens.height - 1, row * STEP_PX);
      field[row * columns + column] = glossAt(hall, lens, camera, y * lens.width + x);
    }
  }
  return {
    at(x, y) {
      const gx = x / STEP_PX;
      const gy = y / STEP_PX;
      const ix = Math.floor(gx);
      const iy = Math.floor(gy);
      const at = iy * columns + ix;
      const upper = field[at]! + (field[at + 1]! - field[at]!) * (gx - ix);
      const lower = field[at + columns]! + (field[at + columns + 1]! - field[at + columns]!) * (gx - ix);
      return upper + (lower - upper) * (gy - iy);
    },
  };
}

function glossAt(hall: Hall, lens: Lens, camera: Pose, at: number): number {
  const { rays } = lens;
  const [dx, dy, dz] = outward(camera.rotation, [rays[at * 3]!, -rays[at * 3 + 1]!, rays[at * 3 + 2]!]);
  if (dy > -0.01) return 0;
  const t = camera.position[1] / -dy;
  const [x, z] = [camera.position[0] + dx * t, camera.position[2] + dz * t];
  let sum = 0;
  for (const { position, power } of hall.lights) {
    const [lx, ly, lz] = [position[0] - x, position[1], position[2] - z];
    const squared = lx * lx + ly * ly + lz * lz;
    const cosine = (lx * dx - ly * dy + lz * dz) / Math.sqrt(squared);
    if (cosine <= 0.7) continue;
    // Phong lobe with exponent 64, by squaring.
    const c4 = cosine ** 4;
    const c16 = c4 ** 4;
    sum += (power * c16 ** 4 * 8) / squared;
  }
  // Fresnel (Schlick, 1994): floors mirror more the flatter they are looked at.
  return hall.floorGloss * (0.3 + 0.7 * (1 + dy) ** 5) * sum;
}
