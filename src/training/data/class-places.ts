import type { Random } from "../../core/random.js";
import type { Picture } from "../../dataset/read-picture.js";
import type { Place } from "./draw-crop.js";

/** Enough places per class and picture that crops hardly repeat; more would only cost memory. */
const PLACES_PER_CLASS = 512;

/**
 * Random pixels of each class of a label, for crops that contain it.
 * @returns one list per class, empty where the class does not occur
 */
export function findClassPlaces(label: Picture, classCount: number, random: Random): Place[][] {
  const places: Place[][] = Array.from({ length: classCount }, () => []);
  const seen = new Float64Array(classCount);
  for (let index = 0; index < label.data.length; index++) {
    const id = label.data[index]!;
    if (id >= classCount || id === 0) continue;
    seen[id]!++;
    const list = places[id]!;
    // Reservoir sampling (Vitter's algorithm R): every pixel of the class is equally likely to stay.
    const slot = list.length < PLACES_PER_CLASS ? list.length : random.integer(seen[id]!);
    if (slot < PLACES_PER_CLASS) {
      list[slot] = { x: index % label.width, y: Math.floor(index / label.width) };
    }
  }
  return places;
}
