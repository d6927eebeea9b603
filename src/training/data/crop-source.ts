import { Random } from "../../core/random.js";
import { type Picture, readImage, readLabel } from "../../dataset/read-picture.js";
import type { LabelledFrame } from "../../dataset/split.js";
import type { Augmentation } from "../options.js";
import { findClassPlaces } from "./class-places.js";
import { countCells } from "./count-cells.js";
import { disturbCrop } from "./disturb-crop.js";
import { type CropDraw, drawCrop, type Place } from "./draw-crop.js";
import { type PieceSource, pasteBlob, pasteObject } from "./paste.js";
import { type CropTarget, sampleCrop } from "./sample-crop.js";

export interface CropSourceOptions {
  readonly frames: readonly LabelledFrame[];
  readonly colour: "grey" | "rgb";
  readonly seed: number;
  readonly augmentation: Augmentation;
  readonly target: CropTarget;
}

interface LoadedFrame {
  readonly image: Picture;
  readonly label: Picture;
}

/** Decoded frames kept in memory; beyond it frames are decoded again when they are drawn. */
const CACHE_BYTES = 3 * 2 ** 30;

/** Different purposes draw from different streams of one seed. */
const STREAM_PLACES = 1;
const STREAM_CROPS = 2;
const STREAM_PIECES = 3;
const STREAM_LIGHT = 4;

/** Labelled frames in memory, out of which any sample of any step can be cut: sample (step, index) is always the same. */
export class CropSource {
  readonly #options: CropSourceOptions;
  /** The label of the crop in hand. */
  readonly #ids: Uint8Array;
  readonly #cache = new Map<number, LoadedFrame>();
  #cachedBytes = 0;
  /** Per class: the frames in which it occurs, with places of it. */
  readonly #byClass: { readonly frame: number; readonly places: readonly Place[] }[][];

  private constructor(options: CropSourceOptions) {
    this.#options = options;
    this.#ids = new Uint8Array(options.target.width * options.target.height);
    this.#byClass = Array.from({ length: options.target.classCount }, () => []);
  }

  /** @param onProgress called with the number of frames read */
  static async open(
    options: CropSourceOptions,
    onProgress: (done: number) => void = () => {},
  ): Promise<CropSource> {
    const source = new CropSource(options);
    for (const index of options.frames.keys()) {
      const { label } = await source.#load(index);
      const random = new Random(options.seed, STREAM_PLACES, index);
      findClassPlaces(label, options.target.classCount, random).forEach((places, id) => {
        if (places.length > 0) source.#byClass[id]!.push({ frame: index, places });
      });
      onProgress(index + 1);
    }
    return source;
  }

  /**
   * Fills the samples of a step's batch, one after the other.
   * @param images filled: `[size, height, width, channels]`, see `fill`
   * @param counts filled: `[size, height/stride, width/stride, classes]`
   */
  async fillBatch(step: number, size: number, images: Float32Array, counts: Uint8Array): Promise<void> {
    const [imageLength, countsLength] = [images.length / size, counts.length / size];
    for (let index = 0; index < size; index++) {
      await this.fill(
        step,
        index,
        images.subarray(index * imageLength, (index + 1) * imageLength),
        counts.subarray(index * countsLength, (index + 1) * countsLength),
      );
    }
  }

  /**
   * Fills one sample of a batch.
   * @param image filled: `[height, width, channels]` float32, normalised
   * @param counts filled: `[height/stride, width/stride, classes]`, see `countCells`
   */
  async fill(step: number, index: number, image: Float32Array, counts: Uint8Array): Promise<void> {
    const { augmentation, target, seed } = this.#options;
    const random = new Random(seed, STREAM_CROPS, step, index);
    const chosen = this.#choose(random);
    const loaded = await this.#load(chosen.frame);
    const draw: CropDraw = drawCrop(random, augmentation, loaded.image, target, chosen.place);
    sampleCrop(loaded.image, loaded.label, draw, target, image, this.#ids);
    // A stream of their own: with or without pieces, the crops of a seed are the same.
    await this.#paste(new Random(seed, STREAM_PIECES, step, index), image);
    disturbCrop(new Random(seed, STREAM_LIGHT, step, index), augmentation, image, target);
    countCells(this.#ids, target, counts);
  }

  /** Background first: what is to be found lies in front. */
  async #paste(random: Random, image: Float32Array): Promise<void> {
    const { augmentation, target } = this.#options;
    const crop = { image, ids: this.#ids };
    for (let count = drawCount(random, augmentation.pasteBackground); count > 0; count--) {
      const frame = random.integer(this.#options.frames.length);
      pasteBlob(crop, await this.#piece(random, frame, null), target, random);
    }
    for (let count = drawCount(random, augmentation.pasteObjects); count > 0; count--) {
      const chosen = this.#chooseObject(random);
      if (chosen !== null) pasteObject(crop, await this.#piece(random, chosen.frame, chosen.place), target);
    }
  }

  async #piece(random: Random, frame: number, place: Place | null): Promise<PieceSource> {
    const { image: picture, label } = await this.#load(frame);
    const around = place ?? { x: random.integer(picture.width), y: random.integer(picture.height) };
    const draw = drawCrop(random, this.#options.augmentation, picture, this.#options.target, around);
    return { picture, label, draw, around };
  }

  #choose(random: Random): { frame: number; place: Place | null } {
    const isAimed = random.chance(this.#options.augmentation.classAware);
    const object = isAimed ? this.#chooseObject(random) : null;
    return object ?? { frame: random.integer(this.#options.frames.length), place: null };
  }

  /**
   * Class first, then frame, then place: a class that occurs in two frames of forty is seen as often as one that
   * occurs in all.
   * @returns null where no frame has any class but background
   */
  #chooseObject(random: Random): { frame: number; place: Place } | null {
    const occurring = this.#byClass.filter((entries) => entries.length > 0);
    if (occurring.length === 0) return null;
    const entries = occurring[random.integer(occurring.length)]!;
    const { frame, places } = entries[random.integer(entries.length)]!;
    return { frame, place: places[random.integer(places.length)]! };
  }

  async #load(index: number): Promise<LoadedFrame> {
    const cached = this.#cache.get(index);
    if (cached !== undefined) return cached;
    const { imagePath, labelPath } = this.#options.frames[index]!;
    const [image, label] = await Promise.all([
      readImage(imagePath, this.#options.colour),
      readLabel(labelPath),
    ]);
    const bytes = image.data.byteLength + label.data.byteLength;
    if (this.#cachedBytes + bytes <= CACHE_BYTES) {
      this.#cache.set(index, { image, label });
      this.#cachedBytes += bytes;
    }
    return { image, label };
  }
}

/** @returns a whole number, `mean` on average: its floor, or one more */
function drawCount(random: Random, mean: number): number {
  return Math.floor(mean) + (random.chance(mean % 1) ? 1 : 0);
}
