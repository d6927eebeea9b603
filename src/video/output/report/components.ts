import { RunReader } from "../../../transport/rle8.js";

/** A connected piece of one class: pixels that touch each other, also at their corners. */
export interface Component {
  readonly class: number;
  readonly pixels: number;
  /** x, y, width, height in px. */
  readonly box: readonly [x: number, y: number, width: number, height: number];
  /** Mean x and y of the pixels' centres, in px; the top left pixel's centre is 0, 0. */
  readonly centroid: readonly [x: number, y: number];
}

/** Pixels of one class beside each other in one row, from `start` to before `end`. */
interface Segment {
  readonly class: number;
  readonly y: number;
  readonly start: number;
  readonly end: number;
  readonly label: number;
}

/**
 * Connected pieces of all classes but class 0, the largest first. The time it takes grows with the runs, not the pixels.
 * @param runLengths a mask as `rle8` of docs/wire-format.md
 * @param width of the mask in px
 * @param classCount ids at or above it (255 for instance) are left out
 */
export function findComponents(runLengths: Uint8Array, width: number, classCount: number): Component[] {
  const pieces = new Pieces();
  let above: Segment[] = [];
  let row: Segment[] = [];
  let y = 0;
  let first = 0;
  for (const segment of segments(runLengths, width, classCount)) {
    if (segment.y !== y) {
      above = segment.y === y + 1 ? row : [];
      row = [];
      y = segment.y;
      first = 0;
    }
    const label = pieces.add(segment);
    while (first < above.length && (above[first] as Segment).end < segment.start) first++;
    for (let at = first; at < above.length && (above[at] as Segment).start <= segment.end; at++) {
      const other = above[at] as Segment;
      if (other.class === segment.class) pieces.join(label, other.label);
    }
    row.push({ ...segment, label });
  }
  return pieces.components();
}

/** Cuts runs, which cross rows, into segments. */
function* segments(
  runLengths: Uint8Array,
  width: number,
  classCount: number,
): Generator<Omit<Segment, "label">> {
  let at = 0;
  const runs = new RunReader(runLengths);
  while (runs.next()) {
    const { id } = runs;
    const end = at + runs.length;
    if (id === 0 || id >= classCount) at = end;
    while (at < end) {
      const y = Math.floor(at / width);
      const rowEnd = Math.min(end, (y + 1) * width);
      yield { class: id, y, start: at - y * width, end: rowEnd - y * width };
      at = rowEnd;
    }
  }
}

/** Segments that belong together, as a union-find forest. */
class Pieces {
  readonly #parents: number[] = [];
  readonly #segments: Omit<Segment, "label">[] = [];

  add(segment: Omit<Segment, "label">): number {
    this.#segments.push(segment);
    return this.#parents.push(this.#parents.length) - 1;
  }

  /** The older one stays the root: pieces are named after their first segment. */
  join(a: number, b: number): void {
    const [rootA, rootB] = [this.#root(a), this.#root(b)];
    if (rootA < rootB) this.#parents[rootB] = rootA;
    else this.#parents[rootA] = rootB;
  }

  components(): Component[] {
    const sums = new Map<number, Sum>();
    for (const [label, segment] of this.#segments.entries()) {
      const root = this.#root(label);
      const sum = sums.get(root) ?? new Sum(segment.class);
      sums.set(root, sum);
      sum.add(segment);
    }
    return [...sums.values()].map((sum) => sum.component()).sort((a, b) => b.pixels - a.pixels);
  }

  #root(label: number): number {
    let root = label;
    while (this.#parents[root] !== root) root = this.#parents[root] as number;
    for (let at = label; at !== root; ) {
      const next = this.#parents[at] as number;
      this.#parents[at] = root;
      at = next;
    }
    return root;
  }
}

class Sum {
  readonly #class: number;
  #pixels = 0;
  #sumX = 0;
  #sumY = 0;
  #left = Number.POSITIVE_INFINITY;
  #right = 0;
  #top = Number.POSITIVE_INFINITY;
  #bottom = 0;

  constructor(id: number) {
    this.#class = id;
  }

  add({ y, start, end }: Omit<Segment, "label">): void {
    const length = end - start;
    this.#pixels += length;
    this.#sumX += ((start + end - 1) * length) / 2;
    this.#sumY += y * length;
    this.#left = Math.min(this.#left, start);
    this.#right = Math.max(this.#right, end);
    this.#top = Math.min(this.#top, y);
    this.#bottom = y + 1;
  }

  component(): Component {
    const box = [this.#left, this.#top, this.#right - this.#left, this.#bottom - this.#top] as const;
    const centroid = [this.#sumX / this.#pixels, this.#sumY / this.#pixels] as const;
    return { class: this.#class, pixels: this.#pixels, box, centroid };
  }
}
