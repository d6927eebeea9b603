/** A picture that has much of a class. */
export interface BestFrame {
  readonly class: number;
  readonly pixels: number;
  readonly frame: number;
  readonly timeS: number;
}

/** The same with its thumbnail. */
export interface PicturedFrame extends BestFrame {
  /** A JPEG, base64. */
  readonly jpeg: string;
}

/** Most pixels first; of equals the earlier one. */
function byPixels(first: BestFrame, second: BestFrame): number {
  return second.pixels - first.pixels || first.frame - second.frame;
}

/** Keeps the few pictures of each class that have most of it. */
export class BestFrames<T extends BestFrame> {
  readonly #perClass: number;
  readonly #best = new Map<number, T[]>();

  constructor(perClass: number) {
    this.#perClass = perClass;
  }

  /** Whether a picture would be kept: making what is kept of it can cost more than asking. */
  wants(frame: BestFrame): boolean {
    const kept = this.#best.get(frame.class) ?? [];
    const worst = kept.at(-1);
    return kept.length < this.#perClass || (worst !== undefined && byPixels(frame, worst) < 0);
  }

  add(frame: T): void {
    const kept = [...(this.#best.get(frame.class) ?? []), frame].sort(byPixels);
    this.#best.set(frame.class, kept.slice(0, this.#perClass));
  }

  all(): T[] {
    return [...this.#best.values()].flat();
  }
}

/**
 * The best pictures of one class that are not neighbours of each other.
 * @param apartS least time between two of them, in seconds
 */
export function chooseApart<T extends BestFrame>(frames: readonly T[], count: number, apartS: number): T[] {
  const chosen: T[] = [];
  for (const frame of [...frames].sort(byPixels)) {
    if (chosen.length === count) break;
    if (chosen.every(({ timeS }) => Math.abs(timeS - frame.timeS) >= apartS)) chosen.push(frame);
  }
  return chosen;
}
