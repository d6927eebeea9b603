import type { Drone } from "./drone.js";
import type { Irradiance } from "./irradiance.js";
import type { Lens } from "./lens.js";
import type { Pose } from "./motion.js";
import { SolidTable } from "./solid-table.js";
import { seenCircle } from "./tiles.js";
import { inward, outward, subtract, type Vector } from "./vector.js";

/** Camera and drone at one moment of the exposure. */
export interface Moment {
  readonly camera: Pose;
  readonly drone: Pose;
}

/** Share of the light that a spinning propeller takes when looked at from straight above. */
const PROPELLER_OPACITY = 0.14;
const PROPELLER_ALBEDO = 0.05;
/** Steps of the R2 sequence (Roberts, 2018): spreads any number of points evenly over a pixel. */
const R2_X = 0.7548776662466927;
const R2_Y = 0.5698402909980532;

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Draws the drone over a finished background: as many rays per pixel as moments are given, each at another place in
 * the pixel and another moment of the exposure, so that edges and motion blur are what they are for a camera.
 */
export class DroneLayer {
  /** `[height, width]` share of the pixel's area and exposure that the drone takes, 0..1. */
  readonly coverage: Float32Array;
  private readonly light: Float32Array;
  private readonly drone: Drone;
  private readonly lens: Lens;
  private readonly table: SolidTable;
  private touched: Rect = { left: 0, top: 0, right: -1, bottom: -1 };
  /** Irradiance towards +x, -x, +y, -y, +z, -z at the drone's place. */
  private readonly cube = new Float64Array(6);
  private readonly turn = new Float64Array(9);
  private readonly eye = new Float64Array(3);
  /** What the last ray brought: opacity and light. */
  private opacity = 0;
  private brought = 0;

  constructor(drone: Drone, lens: Lens) {
    this.drone = drone;
    this.lens = lens;
    this.table = new SolidTable(drone.solids);
    this.coverage = new Float32Array(lens.width * lens.height);
    this.light = new Float32Array(lens.width * lens.height);
  }

  /**
   * Fills `coverage` and lays the drone over a background.
   * @param moments evenly spread over the exposure
   * @param radiance `[height, width]`, changed in place
   * @param depth `[height, width]` distance to the background, in m: what is nearer hides the drone
   */
  draw(
    moments: readonly Moment[],
    irradiance: Irradiance,
    radiance: Float32Array,
    depth: Float32Array,
  ): void {
    this.clear();
    this.touched = this.bounds(moments);
    moments.forEach((moment, index) => {
      this.prepare(moment, irradiance);
      this.drawMoment(moment, index, depth);
    });
    const weight = 1 / moments.length;
    this.eachRow((from, to) => {
      for (let at = from; at < to; at++) {
        const coverage = this.coverage[at]! * weight;
        this.coverage[at] = coverage;
        radiance[at] = radiance[at]! * (1 - coverage) + this.light[at]! * weight;
      }
    });
  }

  private clear(): void {
    this.eachRow((from, to) => {
      this.coverage.fill(0, from, to);
      this.light.fill(0, from, to);
    });
  }

  private eachRow(visit: (from: number, to: number) => void): void {
    const { left, top, right, bottom } = this.touched;
    for (let y = top; y <= bottom; y++) visit(y * this.lens.width + left, y * this.lens.width + right + 1);
  }

  /** The part of the picture in which the drone may be seen during the exposure. */
  private bounds(moments: readonly Moment[]): Rect {
    const { width, height } = this.lens;
    const rect = { left: width, top: height, right: -1, bottom: -1 };
    for (const { camera, drone } of moments) {
      const { x, y, radius } = seenCircle(this.lens, camera, { centre: drone.position }, this.drone.radius);
      rect.left = Math.min(rect.left, Math.max(0, Math.floor(x - radius)));
      rect.top = Math.min(rect.top, Math.max(0, Math.floor(y - radius)));
      rect.right = Math.max(rect.right, Math.min(width - 1, Math.ceil(x + radius)));
      rect.bottom = Math.max(rect.bottom, Math.min(height - 1, Math.ceil(y + radius)));
    }
    return rect;
  }

  /** Sets up the rays of one moment in the drone's own frame. */
  private prepare({ camera, drone }: Moment, irradiance: Irradiance): void {
    const eye = inward(drone.rotation, subtract(camera.position, drone.position));
    this.eye.set(eye);
    this.table.setOrigin(eye);
    const [right, up, forward] = camera.rotation;
    const columns = [right, up.map((u) => -u) as unknown as Vector, forward].map((axis) =>
      inward(drone.rotation, axis),
    );
    columns.forEach((column, j) => {
      for (let i = 0; i < 3; i++) this.turn[i * 3 + j] = column[i] as number;
    });
    const [x, y, z] = drone.position;
    for (let face = 0; face < 6; face++) {
      const normal = [0, 0, 0] as [number, number, number];
      normal[face >> 1] = face & 1 ? -1 : 1;
      const [nx, ny, nz] = outward(drone.rotation, normal);
      this.cube[face] = irradiance.at(x, y, z, nx, ny, nz);
    }
  }

  private drawMoment({ camera, drone }: Moment, index: number, depth: Float32Array): void {
    const { width, height, rays } = this.lens;
    const circle = seenCircle(this.lens, camera, { centre: drone.position }, this.drone.radius);
    const { left, top, right, bottom } = this.touched;
    const ox = ((0.5 + (index + 1) * R2_X) % 1) - 0.5;
    const oy = ((0.5 + (index + 1) * R2_Y) % 1) - 0.5;
    for (let y = top; y <= bottom; y++) {
      if (Math.abs(y - circle.y) > circle.radius) continue;
      // Differences to the neighbour give the ray inside the pixel; at the last row and column, those before.
      const rowStep = (y + 1 < height ? width : -width) * 3;
      const downwards = y + 1 < height ? oy : -oy;
      for (let x = left; x <= right; x++) {
        const at = y * width + x;
        const here = at * 3;
        const aside = here + (x + 1 < width ? 3 : -3);
        const sideways = x + 1 < width ? ox : -ox;
        const rx =
          rays[here]! +
          (rays[aside]! - rays[here]!) * sideways +
          (rays[here + rowStep]! - rays[here]!) * downwards;
        const ry =
          rays[here + 1]! +
          (rays[aside + 1]! - rays[here + 1]!) * sideways +
          (rays[here + rowStep + 1]! - rays[here + 1]!) * downwards;
        const rz =
          rays[here + 2]! +
          (rays[aside + 2]! - rays[here + 2]!) * sideways +
          (rays[here + rowStep + 2]! - rays[here + 2]!) * downwards;
        this.cast(rx, ry, rz, depth[at]!);
        this.coverage[at]! += this.opacity;
        this.light[at]! += this.brought;
      }
    }
  }

  /** Sets `opacity` and `brought` to what a ray of the camera's frame meets nearer than `limit`. */
  private cast(rx: number, ry: number, rz: number, limit: number): void {
    this.opacity = 0;
    this.brought = 0;
    const turn = this.turn;
    const dx = turn[0]! * rx + turn[1]! * ry + turn[2]! * rz;
    const dy = turn[3]! * rx + turn[4]! * ry + turn[5]! * rz;
    const dz = turn[6]! * rx + turn[7]! * ry + turn[8]! * rz;
    const approach = this.eye[0]! * dx + this.eye[1]! * dy + this.eye[2]! * dz;
    const squared = this.eye[0]! ** 2 + this.eye[1]! ** 2 + this.eye[2]! ** 2;
    if (approach * approach < squared - this.drone.radius ** 2) return;
    let t = limit;
    let hit = -1;
    for (let i = 0; i < this.table.solids.length; i++) {
      const nearer = this.table.distance(i, dx, dy, dz, t);
      if (nearer < t) {
        t = nearer;
        hit = i;
      }
    }
    const through = this.throughPropellers(dx, dy, dz, t);
    this.opacity = hit >= 0 ? 1 : 1 - through;
    this.brought = (1 - through) * PROPELLER_ALBEDO * this.cube[dy < 0 ? 2 : 3]!;
    if (hit >= 0) this.brought += through * this.radianceOf(hit, dx, dy, dz, t);
  }

  /** Share of the light that passes all propeller discs nearer than `limit`. */
  private throughPropellers(dx: number, dy: number, dz: number, limit: number): number {
    let through = 1;
    for (const { centre, radius } of this.drone.propellers) {
      const t = (centre[1] - this.eye[1]!) / dy;
      if (!(t > 0 && t < limit)) continue;
      const x = this.eye[0]! + dx * t - centre[0];
      const z = this.eye[2]! + dz * t - centre[2];
      if (x * x + z * z > radius * radius) continue;
      // Looked at from the side, the same blades fill more of the view.
      through *= (1 - PROPELLER_OPACITY) ** Math.min(6, 1 / Math.abs(dy));
    }
    return through;
  }

  private radianceOf(hit: number, dx: number, dy: number, dz: number, t: number): number {
    const { albedo, emission, unevenness } = this.table.solids[hit]!.material;
    if (emission > 0) return emission;
    const n = this.table.normalAt(hit, dx, dy, dz, t);
    const [nx, ny, nz] = [n[0]!, n[1]!, n[2]!];
    const cube = this.cube;
    const light =
      nx * nx * cube[nx > 0 ? 0 : 1]! + ny * ny * cube[ny > 0 ? 2 : 3]! + nz * nz * cube[nz > 0 ? 4 : 5]!;
    // Parts differ a little in tone, each the same in every frame.
    const tone = 1 + unevenness * Math.sin(hit * 2.4);
    // A sheen of the plastic and carbon where it faces the lamps.
    const sheen = 0.012 * Math.max(0, ny) ** 3 * cube[2]!;
    return albedo * tone * light + sheen;
  }
}
