import type { Hall } from "./hall.js";
import type { Lens } from "./lens.js";
import type { Pose } from "./motion.js";
import { floorGloss } from "./reflections.js";
import { SolidTable } from "./solid-table.js";
import { PLANE, type Surfaces } from "./surfaces.js";
import { Tiles } from "./tiles.js";

/** Neighbours that differ by more than this share are an edge, drawn anew with several rays. */
const EDGE_CONTRAST = 0.12;
/** Four points of a turned square inside the pixel: no two in one row or column. */
const EDGE_OFFSETS = [-0.375, -0.125, 0.125, -0.375, 0.375, 0.125, -0.125, 0.375] as const;

/** Draws the hall by ray casting, in linear light. */
export class Background {
  /** `[height, width]` radiance. */
  readonly radiance: Float32Array;
  /** `[height, width]` distance to what is seen, in m. */
  readonly depth: Float32Array;
  private readonly hall: Hall;
  private readonly lens: Lens;
  private readonly surfaces: Surfaces;
  private readonly table: SolidTable;
  private readonly tiles: Tiles;
  private readonly first: Float32Array;
  /** Camera position and the matrix from camera rays to the hall, row by row; set for each frame. */
  private readonly eye = new Float64Array(3);
  private readonly turn = new Float64Array(9);
  private hitDistance = 0;

  constructor(hall: Hall, lens: Lens, surfaces: Surfaces) {
    this.hall = hall;
    this.lens = lens;
    this.surfaces = surfaces;
    this.table = new SolidTable(hall.solids);
    this.tiles = new Tiles(lens, hall.solids);
    this.radiance = new Float32Array(lens.width * lens.height);
    this.first = new Float32Array(lens.width * lens.height);
    this.depth = new Float32Array(lens.width * lens.height);
  }

  /** Fills `radiance` and `depth` with what is seen from a pose. */
  render(camera: Pose): void {
    this.table.setOrigin(camera.position);
    this.tiles.sort(camera);
    this.eye.set(camera.position);
    const [right, up, forward] = camera.rotation;
    for (let axis = 0; axis < 3; axis++) {
      this.turn.set([right[axis] as number, -(up[axis] as number), forward[axis] as number], axis * 3);
    }
    this.castAll();
    this.redrawEdges();
    if (this.hall.floorGloss > 0) this.addGloss(camera);
  }

  private castAll(): void {
    const { width, height, rays } = this.lens;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const candidates = this.tiles.at(x, y);
        this.first[at] = this.cast(rays[at * 3]!, rays[at * 3 + 1]!, rays[at * 3 + 2]!, candidates);
        this.depth[at] = this.hitDistance;
      }
    }
  }

  /** Radiance along a ray of the camera's frame; leaves the distance in `hitDistance`. */
  private cast(rx: number, ry: number, rz: number, candidates: readonly number[]): number {
    const turn = this.turn;
    const dx = turn[0]! * rx + turn[1]! * ry + turn[2]! * rz;
    const dy = turn[3]! * rx + turn[4]! * ry + turn[5]! * rz;
    const dz = turn[6]! * rx + turn[7]! * ry + turn[8]! * rz;
    const { width, height, depth } = this.hall;
    const ex = this.eye[0]!;
    const ey = this.eye[1]!;
    const ez = this.eye[2]!;
    const toSide = ((dx > 0 ? width / 2 : -width / 2) - ex) / dx;
    const toLevel = ((dy > 0 ? height : 0) - ey) / dy;
    const toEnd = ((dz > 0 ? depth : 0) - ez) / dz;
    const toPlane = Math.min(toSide, toLevel, toEnd);
    let t = toPlane;
    let hit = -1;
    for (let i = 0; i < candidates.length; i++) {
      const nearer = this.table.distance(candidates[i]!, dx, dy, dz, t);
      if (nearer < t) {
        t = nearer;
        hit = candidates[i]!;
      }
    }
    this.hitDistance = t;
    const x = ex + dx * t;
    const y = ey + dy * t;
    const z = ez + dz * t;
    if (hit >= 0) {
      const n = this.table.normalAt(hit, dx, dy, dz, t);
      return this.surfaces.ofSolid(this.table.solids[hit]!.material, x, y, z, n[0]!, n[1]!, n[2]!);
    }
    const plane = planeOf(toPlane === toSide, toPlane === toLevel, dx, dy, dz);
    return this.surfaces.ofPlane(plane, x, y, z, t);
  }

  /** Smooth edges where they are, instead of many rays everywhere: about a tenth of the pixels. */
  private redrawEdges(): void {
    const { width, height } = this.lens;
    const first = this.first;
    this.radiance.set(first);
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = y * width + x;
        const here = first[at]!;
        if (
          differs(here, first[at - 1]!) ||
          differs(here, first[at + 1]!) ||
          differs(here, first[at - width]!) ||
          differs(here, first[at + width]!)
        ) {
          this.radiance[at] = this.castFour(x, y, at);
        }
      }
    }
  }

  private castFour(x: number, y: number, at: number): number {
    const { width, rays } = this.lens;
    const candidates = this.tiles.at(x, y);
    const across = (at + 1) * 3;
    const down = (at + width) * 3;
    const here = at * 3;
    let sum = 0;
    for (let i = 0; i < 8; i += 2) {
      const ox = EDGE_OFFSETS[i]!;
      const oy = EDGE_OFFSETS[i + 1]!;
      const rx = rays[here]! + (rays[across]! - rays[here]!) * ox + (rays[down]! - rays[here]!) * oy;
      const ry =
        rays[here + 1]! +
        (rays[across + 1]! - rays[here + 1]!) * ox +
        (rays[down + 1]! - rays[here + 1]!) * oy;
      const rz =
        rays[here + 2]! +
        (rays[across + 2]! - rays[here + 2]!) * ox +
        (rays[down + 2]! - rays[here + 2]!) * oy;
      sum += this.cast(rx, ry, rz, candidates);
    }
    return sum / 4;
  }

  /** The lamps' reflections, on the pixels where the floor itself is seen. */
  private addGloss(camera: Pose): void {
    const { width, height, rays } = this.lens;
    const gloss = floorGloss(this.hall, this.lens, camera);
    const turn = this.turn;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const dy = turn[3]! * rays[at * 3]! + turn[4]! * rays[at * 3 + 1]! + turn[5]! * rays[at * 3 + 2]!;
        const isFloor = this.eye[1]! + dy * this.depth[at]! < 0.01;
        if (isFloor) this.radiance[at]! += gloss.at(x, y);
      }
    }
  }
}

/** The plane that a ray leaves the hall by. */
function planeOf(isSide: boolean, isLevel: boolean, dx: number, dy: number, dz: number): number {
  if (isSide) return dx > 0 ? PLANE.right : PLANE.left;
  if (isLevel) return dy > 0 ? PLANE.ceiling : PLANE.floor;
  return dz > 0 ? PLANE.back : PLANE.front;
}

function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > EDGE_CONTRAST * (a + b);
}
