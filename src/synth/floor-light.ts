import type { Hall } from "./hall.js";
import { irradianceFacing, type Light } from "./light.js";
import { boundingRadius, type Solid } from "./solid.js";
import { SolidTable } from "./solid-table.js";
import type { Vector } from "./vector.js";

/** Cells of the floor's light map: about the blur that a tube lamp gives a shadow's edge. */
const CELL_M = 0.15;
/** Light that reaches shadows from walls and ceiling, as a share of the mean direct light. */
const BOUNCE = 0.25;

/** Irradiance of the floor with the shadows of all that stands on it, tabulated once per hall. */
export class FloorLight {
  private readonly map: Float32Array;
  private readonly countX: number;
  private readonly countZ: number;
  private readonly offsetX: number;

  constructor(hall: Hall) {
    this.countX = Math.ceil(hall.width / CELL_M) + 2;
    this.countZ = Math.ceil(hall.depth / CELL_M) + 2;
    this.offsetX = hall.width / 2;
    this.map = new Float32Array(this.countX * this.countZ);
    this.fill(hall);
  }

  /** Bilinear. */
  at(x: number, z: number): number {
    const gx = Math.max(0, Math.min(this.countX - 1.001, (x + this.offsetX) / CELL_M));
    const gz = Math.max(0, Math.min(this.countZ - 1.001, z / CELL_M));
    const ix = Math.floor(gx);
    const iz = Math.floor(gz);
    const fx = gx - ix;
    const at = iz * this.countX + ix;
    const map = this.map;
    const near = map[at]! + (map[at + 1]! - map[at]!) * fx;
    const far = map[at + this.countX]! + (map[at + this.countX + 1]! - map[at + this.countX]!) * fx;
    return near + (far - near) * (gz - iz);
  }

  private fill(hall: Hall): void {
    const table = new SolidTable(hall.solids.filter(({ castsShadow }) => castsShadow));
    const blocked = new Uint8Array(this.map.length);
    for (const light of hall.lights) {
      blocked.fill(0);
      // From the light to the floor: then one origin serves all cells.
      table.setOrigin(light.position);
      for (let index = 0; index < table.solids.length; index++)
        this.block(blocked, table, index, light.position);
      for (let cell = 0; cell < blocked.length; cell++) {
        if (!blocked[cell]) this.map[cell]! += irradianceOfFloor(light, this.xOf(cell), this.zOf(cell));
      }
    }
    const bounce = (BOUNCE * this.map.reduce((sum, value) => sum + value, 0)) / this.map.length;
    for (let cell = 0; cell < this.map.length; cell++) this.map[cell]! += bounce;
  }

  /** Marks the cells that a body hides from a light. */
  private block(blocked: Uint8Array, table: SolidTable, index: number, light: Vector): void {
    const solid = table.solids[index] as Solid;
    if (solid.centre[1] - boundingRadius(solid) > light[1]) return;
    const { x, z, radius } = shadowCircle(light, solid.centre, boundingRadius(solid));
    const first = (from: number) => Math.max(0, Math.floor((from - radius) / CELL_M));
    const end = (to: number, count: number) => Math.min(count, Math.ceil((to + radius) / CELL_M) + 1);
    for (let iz = first(z); iz < end(z, this.countZ); iz++) {
      for (let ix = first(x + this.offsetX); ix < end(x + this.offsetX, this.countX); ix++) {
        const cell = iz * this.countX + ix;
        const toX = this.xOf(cell) - light[0];
        const toZ = this.zOf(cell) - light[2];
        const distance = Math.sqrt(toX * toX + light[1] * light[1] + toZ * toZ);
        const hit = table.distance(index, toX / distance, -light[1] / distance, toZ / distance, distance);
        if (hit < distance) blocked[cell] = 1;
      }
    }
  }

  private xOf(cell: number): number {
    return (cell % this.countX) * CELL_M - this.offsetX;
  }

  private zOf(cell: number): number {
    return Math.floor(cell / this.countX) * CELL_M;
  }
}

function irradianceOfFloor(light: Light, x: number, z: number): number {
  const [lx, ly, lz] = light.position;
  const cosine = ly / Math.sqrt((x - lx) ** 2 + ly * ly + (z - lz) ** 2);
  return irradianceFacing(light, x, 0, z) * cosine;
}

/** A circle on the floor that holds the shadow of a ball; endless when the ball reaches up to the light. */
function shadowCircle(
  [lx, ly, lz]: Vector,
  [x, y, z]: Vector,
  radius: number,
): { x: number; z: number; radius: number } {
  const side = Math.hypot(x - lx, z - lz);
  const distance = Math.hypot(side, ly - y);
  const half = distance > radius ? Math.asin(radius / distance) : Math.PI / 2;
  const steepness = Math.atan2(side, ly - y);
  // Nearly level rays reach beyond any hall.
  if (steepness + half > 1.5) return { x: lx, z: lz, radius: Number.POSITIVE_INFINITY };
  const nearest = ly * Math.tan(steepness - half);
  const farthest = ly * Math.tan(steepness + half);
  const middle = (nearest + farthest) / 2;
  const sideways = (ly / Math.cos(steepness + half)) * Math.tan(half);
  const scale = side === 0 ? 0 : middle / side;
  const reach = Math.max((farthest - nearest) / 2, sideways);
  return { x: lx + (x - lx) * scale, z: lz + (z - lz) * scale, radius: reach };
}
