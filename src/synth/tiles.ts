import type { Lens } from "./lens.js";
import type { Pose } from "./motion.js";
import { boundingRadius, type Solid } from "./solid.js";
import { inward, length, subtract } from "./vector.js";

/** Side of a tile: small enough for short lists, large enough that sorting into them costs little. */
const TILE_PX = 16;

/** For each square of the picture the bodies that may be seen in it, so that a ray is tried against few. */
export class Tiles {
  private readonly lens: Lens;
  private readonly solids: readonly Solid[];
  private readonly radii: readonly number[];
  private readonly lists: number[][];
  private readonly perRow: number;
  private readonly rows: number;

  constructor(lens: Lens, solids: readonly Solid[]) {
    this.lens = lens;
    this.solids = solids;
    this.radii = solids.map(boundingRadius);
    this.perRow = Math.ceil(lens.width / TILE_PX);
    this.rows = Math.ceil(lens.height / TILE_PX);
    this.lists = Array.from({ length: this.perRow * this.rows }, () => []);
  }

  /** Indices of the bodies that may be seen at a pixel. */
  at(x: number, y: number): readonly number[] {
    return this.lists[Math.trunc(y / TILE_PX) * this.perRow + Math.trunc(x / TILE_PX)]!;
  }

  /** Sorts the bodies anew, as seen from a pose. */
  sort(camera: Pose): void {
    for (const list of this.lists) list.length = 0;
    this.solids.forEach((solid, index) => {
      const circle = seenCircle(this.lens, camera, solid, this.radii[index]!);
      this.add(index, circle.x, circle.y, circle.radius);
    });
  }

  private add(index: number, x: number, y: number, radius: number): void {
    const firstColumn = Math.max(0, Math.floor((x - radius) / TILE_PX));
    const lastColumn = Math.min(this.perRow - 1, Math.floor((x + radius) / TILE_PX));
    const firstRow = Math.max(0, Math.floor((y - radius) / TILE_PX));
    const lastRow = Math.min(this.rows - 1, Math.floor((y + radius) / TILE_PX));
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const dx = x - Math.max(column * TILE_PX, Math.min(x, (column + 1) * TILE_PX));
        const dy = y - Math.max(row * TILE_PX, Math.min(y, (row + 1) * TILE_PX));
        if (dx * dx + dy * dy <= radius * radius) this.lists[row * this.perRow + column]!.push(index);
      }
    }
  }
}

/** A circle in the picture that holds all that is seen of a body; very large when the camera is inside its ball. */
export function seenCircle(lens: Lens, camera: Pose, solid: Pick<Solid, "centre">, radius: number) {
  const [right, up, forward] = inward(camera.rotation, subtract(solid.centre, camera.position));
  const distance = length([right, up, forward]);
  const [x, y] = lens.project([right, -up, forward]);
  if (distance <= radius) return { x, y, radius: lens.width + lens.height };
  const angle = Math.atan2(Math.hypot(right, up), forward);
  // A pixel more: rays also pass beside the pixels' centres.
  return { x, y, radius: lens.ballRadiusPx(angle, Math.asin(radius / distance)) + 1 };
}
