/** Neighbouring cells of one row and class. */
interface Run {
  readonly y: number;
  readonly left: number;
  /** First column behind it. */
  readonly behind: number;
  readonly id: number;
  /** Largest over the run; at a root, over its region. */
  lead: number;
  /** A root's own. */
  parent: Run;
}

/**
 * Keeps a connected region of a class only where the net is sure of it somewhere: hysteresis thresholding (Canny,
 * 1986) with the choice of the best class as the lower threshold. Regions are looked for among the cells of the net's
 * output, side by side or one above the other; in one that is not confirmed the class is ruled out, and the next best
 * takes its place. native/kernels/region_filter.h is the same in C++.
 */
export class RegionFilter {
  readonly #confirmAt: Float32Array;
  readonly #planes: number;
  readonly #width: number;
  readonly #height: number;

  /**
   * @param confirmAt per class: the lead over class 0 that some cell of a region must have; 0 keeps all regions
   * @param planes of scores; 1 means a difference: class 1 where positive, else class 0
   */
  constructor(confirmAt: readonly number[], planes: number, width: number, height: number) {
    this.#confirmAt = Float32Array.from(confirmAt);
    this.#planes = planes;
    this.#width = width;
    this.#height = height;
  }

  /** @param scores `[planes, height, width]`; stays as it is */
  run(scores: Float32Array): Float32Array {
    const result = scores.slice();
    const runs = this.#findRuns(scores);
    for (const run of runs) {
      // Written so that a lead that is no number does not confirm.
      if (!(root(run).lead >= this.#confirmAt[run.id]!)) this.#ruleOut(result, run);
    }
    return result;
  }

  #findRuns(scores: Float32Array): Run[] {
    const runs: Run[] = [];
    let above: Run[] = [];
    for (let y = 0; y < this.#height; y++) {
      const row: Run[] = [];
      for (let x = 0; x < this.#width; ) {
        const left = x;
        const id = this.#bestAt(scores, y, x);
        let lead = Number.NEGATIVE_INFINITY;
        for (; x < this.#width && this.#bestAt(scores, y, x) === id; x++) {
          lead = Math.max(lead, orLowest(this.#leadAt(scores, y, x, id)));
        }
        if (id > 0 && this.#confirmAt[id]! > 0) row.push(createRun(y, left, x, id, lead));
      }
      joinRows(above, row);
      runs.push(...row);
      above = row;
    }
    return runs;
  }

  /** Ties go to the lower class, as they do in the mask. */
  #bestAt(scores: Float32Array, y: number, x: number): number {
    const at = y * this.#width + x;
    if (this.#planes === 1) return scores[at]! > 0 ? 1 : 0;
    const plane = this.#width * this.#height;
    let best = 0;
    for (let c = 1; c < this.#planes; c++) {
      if (scores[c * plane + at]! > scores[best * plane + at]!) best = c;
    }
    return best;
  }

  #leadAt(scores: Float32Array, y: number, x: number, id: number): number {
    const at = y * this.#width + x;
    if (this.#planes === 1) return scores[at]!;
    return Math.fround(scores[id * this.#width * this.#height + at]! - scores[at]!);
  }

  #ruleOut(scores: Float32Array, { y, left, behind, id }: Run): void {
    const plane = this.#width * this.#height;
    for (let at = y * this.#width + left; at < y * this.#width + behind; at++) {
      if (this.#planes === 1) {
        scores[at] = 0;
        continue;
      }
      let least = scores[at]!;
      for (let c = 1; c < this.#planes; c++) least = Math.min(least, scores[c * plane + at]!);
      scores[id * plane + at] = least;
    }
  }
}

function createRun(y: number, left: number, behind: number, id: number, lead: number): Run {
  const run = { y, left, behind, id, lead } as Run;
  run.parent = run;
  return run;
}

function orLowest(value: number): number {
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}

/** Joins runs of one class that touch. Both rows are in order, so both are walked once. */
function joinRows(above: readonly Run[], below: readonly Run[]): void {
  let i = 0;
  let j = 0;
  while (i < above.length && j < below.length) {
    const a = above[i]!;
    const b = below[j]!;
    if (a.id === b.id && a.left < b.behind && b.left < a.behind) join(a, b);
    // The one that ends first meets nothing further in the other row.
    if (a.behind < b.behind) i++;
    else j++;
  }
}

function join(a: Run, b: Run): void {
  const first = root(a);
  const second = root(b);
  if (first === second) return;
  second.parent = first;
  first.lead = Math.max(first.lead, second.lead);
}

function root(run: Run): Run {
  let at = run;
  while (at.parent !== at) {
    at.parent = at.parent.parent;
    at = at.parent;
  }
  return at;
}
