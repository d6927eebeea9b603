import type { Stamp } from "./stamp.js";

/** All pixels of one class in a mask. */
export interface ClassObject {
  /** Class id. */
  readonly class: number;
  readonly pixels: number;
  /** x, y, width, height in px. */
  readonly box: readonly [x: number, y: number, width: number, height: number];
  /** Mean x and y of the pixels' centres, in px; the top left pixel's centre is 0, 0. */
  readonly centroid: readonly [x: number, y: number];
}

/** Milliseconds that each stage took, in the order in which a frame passes them. */
export interface StageTimings {
  /** From arrival to the start of work. */
  wait: number;
  /** Compressed file to pixels; 0 for raw frames. */
  decode: number;
  /** Pixels to the net's input tensor. */
  preprocess: number;
  infer: number;
  /** Logits to class ids and objects. */
  postprocess: number;
}

/** What a net says of one frame: a class id per pixel. */
export interface Mask {
  /** Of the frame. */
  readonly seq: number;
  /** Of the frame: when the picture was taken. */
  readonly stamp: Stamp;
  readonly frameId: string;
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, row-major, one class id per pixel of the frame. */
  readonly data: Uint8Array;
  /** Every class with at least one pixel, but for class 0, the background. */
  readonly objects: readonly ClassObject[];
  readonly timing: StageTimings;
  /**
   * `data` as the engine wrote it, as run lengths (`rle8` of docs/wire-format.md): memory of its own, which `release`
   * does not touch. Only where the engine was asked for them and finds them on its way.
   */
  readonly runLengths?: Uint8Array | undefined;
  /**
   * Gives `data` back to the engine that lent it, for a later mask; it must not be read any more then, by nobody. Never
   * calling it is safe and costs a fresh buffer per mask. Absent where nothing is lent.
   */
  readonly release?: (() => void) | undefined;
}

/**
 * Pixel count, bounding box and centroid of every class of a mask, class 0 left out.
 * @param data `[height, width]` class ids, row-major
 * @param classCount ids at or above it (255 for instance) are not counted
 */
export function findObjects(
  data: Uint8Array,
  width: number,
  height: number,
  classCount: number,
): ClassObject[] {
  const pixels = new Float64Array(classCount);
  const sumX = new Float64Array(classCount);
  const sumY = new Float64Array(classCount);
  const left = new Int32Array(classCount).fill(width);
  const right = new Int32Array(classCount).fill(-1);
  const top = new Int32Array(classCount).fill(height);
  const bottom = new Int32Array(classCount).fill(-1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let x = 0;
    // Whole runs of one class at a time: masks are mostly long runs, so this is several times cheaper than per pixel.
    while (x < width) {
      const id = data[row + x] as number;
      const start = x;
      do x++;
      while (x < width && data[row + x] === id);
      if (id === 0 || id >= classCount) continue;
      const run = x - start;
      pixels[id]! += run;
      sumX[id]! += ((start + x - 1) * run) / 2;
      sumY[id]! += y * run;
      if (start < left[id]!) left[id] = start;
      if (x - 1 > right[id]!) right[id] = x - 1;
      if (y < top[id]!) top[id] = y;
      bottom[id] = y;
    }
  }
  const objects: ClassObject[] = [];
  for (let id = 1; id < classCount; id++) {
    const count = pixels[id]!;
    if (count === 0) continue;
    objects.push({
      class: id,
      pixels: count,
      box: [left[id]!, top[id]!, right[id]! - left[id]! + 1, bottom[id]! - top[id]! + 1],
      centroid: [sumX[id]! / count, sumY[id]! / count],
    });
  }
  return objects;
}

/** @returns the share of px, 0..1, on which two masks of one size have the same class */
export function shareOfEqual(expected: Uint8Array, actual: Uint8Array): number {
  let equal = 0;
  for (let px = 0; px < expected.length; px++) if (expected[px] === actual[px]) equal++;
  return equal / expected.length;
}
