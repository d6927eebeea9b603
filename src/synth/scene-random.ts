import { Random } from "../core/random.js";

/**
 * Random numbers for drawing, keyed by text. Every part of a scene forks a stream of its own, so that a change in one
 * part (one box more) leaves all others as they were.
 */
export class SceneRandom extends Random {
  readonly #key: string;

  /** @param key the same key gives the same numbers, on every machine */
  constructor(key: string) {
    super(...hashText(key));
    this.#key = key;
  }

  /** The stream of one part; does not advance this one. */
  fork(part: string): SceneRandom {
    return new SceneRandom(`${this.#key}/${part}`);
  }

  /** Uniform on a logarithmic scale, low <= x < high. */
  betweenLog(low: number, high: number): number {
    return Math.exp(this.uniform(Math.log(low), Math.log(high)));
  }

  /** Whole number, low <= n <= high. */
  whole(low: number, high: number): number {
    return low + this.integer(high - low + 1);
  }

  /** -1 or 1 */
  sign(): number {
    return this.chance(0.5) ? -1 : 1;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(choices.length)] as T;
  }
}

/** FNV-1a (Fowler, Noll and Vo, 1991) from two starting values: text to two 32-bit keys. */
function hashText(text: string): [number, number] {
  let first = 0x811c9dc5;
  let second = 0x050c5d1f;
  for (let i = 0; i < text.length; i++) {
    first = Math.imul(first ^ text.charCodeAt(i), 0x01000193);
    second = Math.imul(second ^ text.charCodeAt(i), 0x01000193);
  }
  return [first, second];
}
