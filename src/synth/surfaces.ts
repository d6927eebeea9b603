import { FloorLight } from "./floor-light.js";
import { Grain } from "./grain.js";
import type { Hall, Patch, TapeLine, Wall } from "./hall.js";
import { Irradiance } from "./irradiance.js";
import type { SceneRandom } from "./scene-random.js";
import type { Material } from "./solid.js";

/** The hall's six planes, numbered as its walls, then floor and ceiling. */
export const PLANE = { left: 0, right: 1, back: 2, front: 3, floor: 4, ceiling: 5 } as const;

/** Inward normals of the walls, in the order of `PLANE`. */
const WALL_NORMALS = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 0, -1],
  [0, 0, 1],
] as const;

/** A soft dark spot on the floor: the shadow of something that flies. */
export interface ShadowSpot {
  readonly x: number;
  readonly z: number;
  /** Where the darkening has fallen to 1/e, in m. */
  readonly radius: number;
  /** Share of the light that is missing in its middle, 0..1. */
  readonly depth: number;
}

/** Corners are darker: by this share at the very edge, fading over this distance. */
const CORNER_SHADE = 0.35;
const CORNER_M = 0.35;

/** What each point of a hall looks like: albedo x irradiance, plus what shines by itself. */
export class Surfaces {
  readonly irradiance: Irradiance;
  /** Shadows that change from frame to frame. */
  shadows: readonly ShadowSpot[] = [];
  private readonly hall: Hall;
  private readonly floorLight: FloorLight;
  private readonly coarse: Grain;
  private readonly fine: Grain;

  constructor(hall: Hall, random: SceneRandom) {
    this.hall = hall;
    this.irradiance = new Irradiance(hall);
    this.floorLight = new FloorLight(hall);
    this.coarse = new Grain(random.fork("coarse"), 16);
    this.fine = new Grain(random.fork("fine"), 2);
  }

  /** Radiance of a point on one of the planes. @param distance from the camera, in m */
  ofPlane(plane: number, x: number, y: number, z: number, distance: number): number {
    if (plane === PLANE.floor) return this.ofFloor(x, z, distance);
    const { width, depth, height, ceilingAlbedo } = this.hall;
    if (plane === PLANE.ceiling) {
      const ribs = 1 + 0.25 * this.coarse.at(x * 4, z * 0.5);
      return ceilingAlbedo * ribs * this.irradiance.at(x, height, z, 0, -1, 0);
    }
    const u = plane <= PLANE.right ? z : x + width / 2;
    const wallLength = plane <= PLANE.right ? depth : width;
    const wall = this.hall.walls[plane] as Wall;
    const patch = patchAt(wall.patches, u, y);
    if (patch !== undefined && patch.emission > 0) return this.ofWindow(patch, u, y);
    const albedo =
      patch === undefined
        ? this.wallAlbedo(wall, u, y)
        : patch.albedo * (1 + 0.06 * this.coarse.at(u * 3, y * 3));
    const corner = cornerShade(y) * cornerShade(u) * cornerShade(wallLength - u);
    const [nx, ny, nz] = WALL_NORMALS[plane as 0 | 1 | 2 | 3];
    return albedo * corner * this.irradiance.at(x, y, z, nx, ny, nz);
  }

  /** Radiance of a point on a body. */
  ofSolid(material: Material, x: number, y: number, z: number, nx: number, ny: number, nz: number): number {
    if (material.emission > 0) return material.emission;
    // One pattern for all sides: laid over the two axes on which the side is widest to the viewer.
    const grain = Math.abs(ny) > 0.7 ? this.coarse.at(x * 12, z * 12) : this.coarse.at((x + z) * 12, y * 5);
    const albedo = material.albedo * (1 + material.unevenness * grain);
    // Near the floor less light comes from the side and from below.
    const low = ny > 0.5 ? 1 : cornerShade(y);
    return albedo * low * this.irradiance.at(x, y, z, nx, ny, nz);
  }

  private ofFloor(x: number, z: number, distance: number): number {
    const { width, depth, floorAlbedo, tape } = this.hall;
    let albedo = floorAlbedo;
    for (const line of tape) {
      if (isOnTape(line, x, z)) albedo = line.albedo;
    }
    const speckle = (0.7 * this.fine.at(x * 70, z * 70)) / (1 + distance * 0.5);
    const stains = 0.16 * this.coarse.at(x * 2.3, z * 2.3);
    let light = this.floorLight.at(x, z);
    for (const { x: sx, z: sz, radius, depth: dark } of this.shadows) {
      const squared = ((x - sx) ** 2 + (z - sz) ** 2) / (radius * radius);
      if (squared < 9) light *= 1 - dark * Math.exp(-squared);
    }
    const corner = cornerShade(x + width / 2) * cornerShade(width / 2 - x) * cornerShade(depth - z);
    return albedo * (1 + speckle + stains) * corner * light;
  }

  private wallAlbedo({ style, albedo, perMetre }: Wall, u: number, v: number): number {
    if (style === "plaster") return albedo * (1 + 0.1 * this.coarse.at(u * 3, v * 3));
    if (style === "panels") {
      const place = u * perMetre;
      const seam = place - Math.floor(place) < 0.02 * perMetre || Math.abs(v - 2.2) < 0.02;
      const tone = 0.12 * this.coarse.at(Math.floor(place) * 37.5, 3.5);
      return albedo * (seam ? 0.45 : 1 + tone + 0.05 * this.coarse.at(u * 6, v * 6));
    }
    // Folds hang straight but wander, and are of uneven width.
    const wander = 7 * this.coarse.at(u * 2.2, v * 0.5);
    const fold = Math.sin(u * perMetre * 2 * Math.PI + wander) * (0.5 + 0.9 * this.coarse.at(u * 5, 90.5));
    const crease = this.coarse.at(u * 14, v * 0.8);
    return albedo * (1 + 0.13 * fold + 0.26 * crease);
  }

  /** Daylight with the bars of a frame before it. */
  private ofWindow({ left, right, bottom, top, emission }: Patch, u: number, v: number): number {
    const across = (u - left) / (right - left);
    const up = (v - bottom) / (top - bottom);
    const wide = right - left > 0.5;
    if (wide && (Math.abs(across - 0.5) < 0.02 || Math.abs(up - 0.5) < 0.03)) return emission * 0.03;
    return emission * (0.75 + 0.25 * up + 0.15 * this.coarse.at(u * 3, v * 3));
  }
}

function cornerShade(distance: number): number {
  return distance > 5 * CORNER_M ? 1 : 1 - CORNER_SHADE * Math.exp(-Math.max(0, distance) / CORNER_M);
}

function patchAt(patches: readonly Patch[], u: number, v: number): Patch | undefined {
  for (const patch of patches) {
    if (u > patch.left && u < patch.right && v > patch.bottom && v < patch.top) return patch;
  }
  return undefined;
}

function isOnTape(
  { x, z, alongX, alongZ, length, width, period }: TapeLine,
  px: number,
  pz: number,
): boolean {
  const across = (px - x) * alongZ - (pz - z) * alongX;
  if (Math.abs(across) > width / 2) return false;
  const along = (px - x) * alongX + (pz - z) * alongZ;
  if (along < 0 || along > length) return false;
  return period === 0 || along / period - Math.floor(along / period) < 0.5;
}
