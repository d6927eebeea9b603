import type { FrameMap } from "./geometry.js";

/** Where a net's scores lie: score of class c at row y, column x is `data[c * class + y * row + x * column]`. */
export interface ScoreLayout {
  readonly width: number;
  readonly height: number;
  readonly classStride: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/**
 * Turns low-resolution logits into class ids of full size without ever making full-size logits: bilinear
 * interpolation (half-pixel centres, edges clamped) and the choice of the best class in one pass.
 *
 * Rows are interpolated first, at low resolution. Between two neighbouring columns scores are linear, so where the
 * same class wins at both it wins everywhere between them, and only the few gaps between unlike neighbours are looked
 * at pixel by pixel. Ties go to the lower class id. Pixels that the net does not see get class 0.
 */
export class UpsampleArgmax {
  readonly #planes: number;
  readonly #layout: ScoreLayout;
  readonly #frame: FrameMap;
  /** `[planes, width]`: the scores of one frame row. */
  readonly #row: Float32Array;
  /** The best class at each column of that row. */
  readonly #best: Uint8Array;
  /** First frame column at or behind the centre of each score column. */
  readonly #gapStart: Int32Array;
  /** Weight of the right neighbour, per frame column. */
  readonly #weight: Float32Array;

  /** @param planes number of score planes; 1 means a difference: class 1 where positive, else class 0 */
  constructor(planes: number, layout: ScoreLayout, frame: FrameMap) {
    this.#planes = planes;
    this.#layout = layout;
    this.#frame = frame;
    this.#row = new Float32Array(planes * layout.width);
    this.#best = new Uint8Array(layout.width);
    this.#gapStart = new Int32Array(layout.width);
    this.#weight = new Float32Array(frame.width);
    this.#planColumns();
  }

  /** @param mask `[height, width]` of the frame, written in full */
  run(scores: Float32Array, mask: Uint8Array): void {
    const { width, height, y: rows } = this.#frame;
    const { from, to, scale, shift } = rows;
    mask.fill(0, 0, from * width);
    mask.fill(0, to * width, height * width);
    for (let y = from; y < to; y++) {
      const centre = (y + 0.5) * scale + shift - 0.5;
      this.#interpolateRow(scores, Math.min(Math.max(centre, 0), this.#layout.height - 1));
      this.#chooseBest();
      this.#writeRow(mask, y * width);
    }
  }

  #planColumns(): void {
    const { from, to, scale, shift } = this.#frame.x;
    let column = 0;
    for (let x = from; x < to; x++) {
      const centre = (x + 0.5) * scale + shift - 0.5;
      while (column < this.#layout.width && column <= centre) this.#gapStart[column++] = x;
      this.#weight[x] = centre - (column - 1);
    }
    this.#gapStart.fill(to, column);
  }

  #interpolateRow(scores: Float32Array, at: number): void {
    const { width, height, classStride, rowStride, columnStride } = this.#layout;
    const row = this.#row;
    const above = Math.floor(at);
    const weight = at - above;
    const down = above + 1 < height ? rowStride : 0;
    for (let plane = 0; plane < this.#planes; plane++) {
      let source = plane * classStride + above * rowStride;
      const end = (plane + 1) * width;
      for (let index = plane * width; index < end; index++, source += columnStride) {
        const value = scores[source]!;
        row[index] = value + (scores[source + down]! - value) * weight;
      }
    }
  }

  #chooseBest(): void {
    const { width } = this.#layout;
    const row = this.#row;
    const best = this.#best;
    if (this.#planes === 1) {
      for (let column = 0; column < width; column++) best[column] = row[column]! > 0 ? 1 : 0;
      return;
    }
    for (let column = 0; column < width; column++) {
      let winner = 0;
      let score = row[column]!;
      for (let plane = 1, index = width + column; plane < this.#planes; plane++, index += width) {
        if (row[index]! > score) {
          score = row[index]!;
          winner = plane;
        }
      }
      best[column] = winner;
    }
  }

  /** Writes whole runs of one class: a row has few of them, and filling beats writing pixel by pixel. */
  #writeRow(mask: Uint8Array, rowStart: number): void {
    const { width } = this.#layout;
    const { from, to } = this.#frame.x;
    const best = this.#best;
    mask.fill(0, rowStart, rowStart + from);
    let current = best[0]!;
    let runStart = from;
    for (let column = 0; column < width; column++) {
      const start = this.#gapStart[column]!;
      const isGap = column + 1 < width && best[column] !== best[column + 1];
      const end = isGap ? this.#gapStart[column + 1]! : start + 1;
      for (let x = start; x < end && x < to; x++) {
        const id = isGap ? this.#bestBetween(column, this.#weight[x]!) : best[column]!;
        if (id === current) continue;
        mask.fill(current, rowStart + runStart, rowStart + x);
        current = id;
        runStart = x;
      }
    }
    mask.fill(current, rowStart + runStart, rowStart + to);
    mask.fill(0, rowStart + to, rowStart + this.#frame.width);
  }

  #bestBetween(column: number, weight: number): number {
    const { width } = this.#layout;
    const row = this.#row;
    const first = row[column]! + (row[column + 1]! - row[column]!) * weight;
    if (this.#planes === 1) return first > 0 ? 1 : 0;
    let winner = 0;
    let score = first;
    for (let plane = 1, index = width + column; plane < this.#planes; plane++, index += width) {
      const value = row[index]! + (row[index + 1]! - row[index]!) * weight;
      if (value > score) {
        score = value;
        winner = plane;
      }
    }
    return winner;
  }
}

/** With two classes only their difference matters: one plane instead of two to interpolate. */
export function scoreDifference(scores: Float32Array, layout: ScoreLayout, difference: Float32Array): void {
  const { width, height, classStride, rowStride, columnStride } = layout;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = y * rowStride; x < width; x++, to++, from += columnStride) {
      difference[to] = scores[from + classStride]! - scores[from]!;
    }
  }
}
