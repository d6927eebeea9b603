import type { GreyPicture } from "./grey-picture.js";

// The same as native/kernels/block_motion.cc, whose comments give the reasons.

/** Side of a block in px of the picture that is searched. */
export const BLOCK_PX = 8;
/** Largest shift in either direction, in the same px. */
export const REACH_PX = 8;
const COST_PER_PX = 24;

const blocks = (side: number) => (side < BLOCK_PX ? 1 : Math.ceil(side / BLOCK_PX));

/** Where each block of a picture has come from: `before(x - dx, y - dy)` is what `now(x, y)` shows. */
export class BlockMotion {
  readonly columns: number;
  readonly rows: number;
  /** `[rows, columns]` */
  readonly dx: Int8Array;
  readonly dy: Int8Array;
  readonly #width: number;
  readonly #height: number;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.columns = blocks(width);
    this.rows = blocks(height);
    this.dx = new Int8Array(this.columns * this.rows);
    this.dy = new Int8Array(this.columns * this.rows);
  }

  /** @param before,now of the constructor's size */
  run(before: GreyPicture, now: GreyPicture): void {
    if (this.#width < BLOCK_PX || this.#height < BLOCK_PX) return;
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) this.#search(before.px, now.px, column, row);
    }
  }

  #search(before: Uint8Array, now: Uint8Array, column: number, row: number): void {
    const x = Math.min(column * BLOCK_PX, this.#width - BLOCK_PX);
    const y = Math.min(row * BLOCK_PX, this.#height - BLOCK_PX);
    const block = y * this.#width + x;
    const index = row * this.columns + column;
    this.dx[index] = 0;
    this.dy[index] = 0;
    let least = this.#difference(before, block, now, block, 0, Number.POSITIVE_INFINITY);
    const toY = Math.min(REACH_PX, y);
    const toX = Math.min(REACH_PX, x);
    for (let dy = Math.max(-REACH_PX, y + BLOCK_PX - this.#height); dy <= toY; dy++) {
      for (let dx = Math.max(-REACH_PX, x + BLOCK_PX - this.#width); dx <= toX; dx++) {
        const cost = COST_PER_PX * (Math.abs(dx) + Math.abs(dy));
        const moved = block - dy * this.#width - dx;
        const difference = this.#difference(before, moved, now, block, cost, least);
        if (difference >= least) continue;
        least = difference;
        this.dx[index] = dx;
        this.dy[index] = dy;
      }
    }
  }

  /** @returns `cost` plus the sum of absolute differences, or something at or above `limit` as soon as it gets there */
  #difference(before: Uint8Array, from: number, now: Uint8Array, to: number, cost: number, limit: number) {
    let sum = cost;
    for (let y = 0; y < BLOCK_PX && sum < limit; y++) {
      const a = from + y * this.#width;
      const b = to + y * this.#width;
      for (let x = 0; x < BLOCK_PX; x++) sum += Math.abs(before[a + x]! - now[b + x]!);
    }
    return sum;
  }
}
