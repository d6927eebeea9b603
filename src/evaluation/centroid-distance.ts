/**
 * How far the centre of what was found lies from the centre of what is there, for one class of one frame, in px: for
 * a drone that follows another one this counts more than the outline (Nguyen et al., MAVNet, IEEE RA-L 2019).
 */
export function centroidDistances(
  label: Uint8Array,
  prediction: Uint8Array,
  width: number,
  classCount: number,
  ignoreIndex: number,
): (number | null)[] {
  const labelled = new Centroids(classCount);
  const predicted = new Centroids(classCount);
  for (let row = 0, y = 0; row < label.length; row += width, y++) {
    for (let x = 0; x < width; x++) {
      const id = label[row + x]!;
      if (id === ignoreIndex) continue;
      labelled.add(id, x, y);
      predicted.add(prediction[row + x]!, x, y);
    }
  }
  return Array.from({ length: classCount }, (_, id) => labelled.distance(predicted, id));
}

/** @returns the mean of the values that are there, null without any */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

class Centroids {
  readonly #pixels: Float64Array;
  readonly #sumX: Float64Array;
  readonly #sumY: Float64Array;

  constructor(classCount: number) {
    this.#pixels = new Float64Array(classCount);
    this.#sumX = new Float64Array(classCount);
    this.#sumY = new Float64Array(classCount);
  }

  add(id: number, x: number, y: number): void {
    if (id >= this.#pixels.length) return;
    this.#pixels[id]!++;
    this.#sumX[id]! += x;
    this.#sumY[id]! += y;
  }

  /** @returns null where one of the two has no px of the class */
  distance(other: Centroids, id: number): number | null {
    const [own, theirs] = [this.#pixels[id]!, other.#pixels[id]!];
    if (own === 0 || theirs === 0) return null;
    return Math.hypot(
      this.#sumX[id]! / own - other.#sumX[id]! / theirs,
      this.#sumY[id]! / own - other.#sumY[id]! / theirs,
    );
  }
}
