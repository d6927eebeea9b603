import type { Hall } from "./hall.js";
import { irradianceFacing, type Light } from "./light.js";

/** Cells of the room grid: coarse, since light changes slowly a metre from a lamp. */
const CELL_M = 0.8;
/** Faces of the cube around each grid point: towards +x, -x, +y, -y, +z, -z. */
const FACES = 6;
/** Light that comes back from floor and walls, as a share of the mean direct light. */
const BOUNCE = 0.3;

/**
 * The light in a hall, tabulated as ambient cubes (McTaggart, Half-Life 2 shading, 2004): six irradiances at each
 * point of a coarse grid, blended by the normal. Costs the same for 2 lamps and for 40.
 */
export class Irradiance {
  private readonly cubes: Float32Array;
  private readonly countX: number;
  private readonly countY: number;
  private readonly countZ: number;
  private readonly offsetX: number;

  constructor(hall: Hall) {
    this.countX = Math.ceil(hall.width / CELL_M) + 2;
    this.countY = Math.ceil(hall.height / CELL_M) + 2;
    this.countZ = Math.ceil(hall.depth / CELL_M) + 2;
    this.offsetX = hall.width / 2;
    this.cubes = new Float32Array(this.countX * this.countY * this.countZ * FACES);
    this.fill(hall.lights);
  }

  /** Irradiance of a small plane at a point with a unit normal. */
  at(x: number, y: number, z: number, nx: number, ny: number, nz: number): number {
    const faceX = nx > 0 ? 0 : 1;
    const faceY = ny > 0 ? 2 : 3;
    const faceZ = nz > 0 ? 4 : 5;
    const gx = clamp((x + this.offsetX) / CELL_M, this.countX - 1.001);
    const gy = clamp(y / CELL_M, this.countY - 1.001);
    const gz = clamp(z / CELL_M, this.countZ - 1.001);
    const ix = Math.floor(gx);
    const iy = Math.floor(gy);
    const iz = Math.floor(gz);
    const fx = gx - ix;
    const row = (iz * this.countY + iy) * this.countX + ix;
    const layer = this.countX * this.countY;
    let sum = 0;
    for (let corner = 0; corner < 4; corner++) {
      const above = corner & 1;
      const beyond = corner >> 1;
      const weight = (above ? gy - iy : 1 - gy + iy) * (beyond ? gz - iz : 1 - gz + iz);
      const at = (row + above * this.countX + beyond * layer) * FACES;
      const near = this.blend(at, faceX, faceY, faceZ, nx, ny, nz);
      const far = this.blend(at + FACES, faceX, faceY, faceZ, nx, ny, nz);
      sum += weight * (near + (far - near) * fx);
    }
    return sum;
  }

  /** The three faces of a cube that a normal looks out of, each as much as the normal does. */
  private blend(
    at: number,
    faceX: number,
    faceY: number,
    faceZ: number,
    nx: number,
    ny: number,
    nz: number,
  ): number {
    const c = this.cubes;
    return nx * nx * c[at + faceX]! + ny * ny * c[at + faceY]! + nz * nz * c[at + faceZ]!;
  }

  private fill(lights: readonly Light[]): void {
    let at = 0;
    let total = 0;
    for (let iz = 0; iz < this.countZ; iz++) {
      for (let iy = 0; iy < this.countY; iy++) {
        for (let ix = 0; ix < this.countX; ix++) {
          const [x, y, z] = [ix * CELL_M - this.offsetX, iy * CELL_M, iz * CELL_M];
          for (const light of lights) addLight(this.cubes, at, light, x, y, z);
          for (let face = 0; face < FACES; face++) total += this.cubes[at + face]!;
          at += FACES;
        }
      }
    }
    const bounce = (BOUNCE * total) / this.cubes.length;
    for (let i = 0; i < this.cubes.length; i++) this.cubes[i]! += bounce;
  }
}

function addLight(cubes: Float32Array, at: number, light: Light, x: number, y: number, z: number): void {
  const facing = irradianceFacing(light, x, y, z);
  const towards = [light.position[0] - x, light.position[1] - y, light.position[2] - z] as const;
  const distance = Math.sqrt(towards[0] ** 2 + towards[1] ** 2 + towards[2] ** 2) + 1e-9;
  for (let axis = 0; axis < 3; axis++) {
    const cosine = (towards[axis] as number) / distance;
    cubes[at + 2 * axis + (cosine > 0 ? 0 : 1)]! += facing * Math.abs(cosine);
  }
}

function clamp(value: number, top: number): number {
  return value < 0 ? 0 : Math.min(value, top);
}
