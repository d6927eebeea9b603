import { mix, OPAQUE, type Yuv, type YuvPicture } from "./yuv-canvas.js";

/** As in pictures of RGB: 0.4 of the class's colour. */
const OPACITY = Math.round(0.4 * OPAQUE);
const WORD_BYTES = 4;

/** The classes of a mask over a picture, each with its outline. Keeps its scratch memory: one per film. */
export class YuvClasses {
  readonly #colors: readonly Yuv[];
  /** Of one row of chroma: sums of shares, and of shares times colours. */
  #shares = new Int32Array(0);
  #sumU = new Int32Array(0);
  #sumV = new Int32Array(0);

  /** @param colors by class id; class 0 is left as it is */
  constructor(colors: readonly Yuv[]) {
    this.#colors = colors;
  }

  /**
   * Its work grows with the pixels of classes: background is passed over four pixels at a time.
   * @param mask `[height, width]` class ids
   */
  draw(picture: YuvPicture, mask: Uint8Array): void {
    const { width, height, chromaShift } = picture;
    // Words have to be aligned; masks that begin elsewhere in their memory are copied.
    const ids = mask.byteOffset % WORD_BYTES === 0 ? mask : mask.slice();
    const words = new Uint32Array(ids.buffer, ids.byteOffset, ids.length >> 2);
    const columns = width >> chromaShift;
    if (this.#shares.length !== columns) {
      this.#shares = new Int32Array(columns);
      this.#sumU = new Int32Array(columns);
      this.#sumV = new Int32Array(columns);
    }
    const rowsOfChroma = 1 << chromaShift;
    for (let top = 0; top < height; top += rowsOfChroma) {
      let isDrawn = false;
      for (let y = top; y < top + rowsOfChroma; y++) {
        if (this.#drawRow(picture, ids, words, y)) isDrawn = true;
      }
      if (isDrawn) this.#drawChroma(picture, top >> chromaShift);
    }
  }

  /** @returns whether there was anything to draw */
  #drawRow(picture: YuvPicture, ids: Uint8Array, words: Uint32Array, y: number): boolean {
    const { width, height, planes, steps, chromaShift } = picture;
    const start = y * width;
    const end = start + width;
    const luma = planes[0];
    const toLuma = y * steps[0] - start;
    let isDrawn = false;
    for (let at = nextObject(ids, words, start, end); at < end; at = nextObject(ids, words, at + 1, end)) {
      const id = ids[at]!;
      const color = this.#colors[id];
      if (color === undefined) continue;
      isDrawn = true;
      const isEdge =
        (at > start && ids[at - 1] !== id) ||
        (at + 1 < end && ids[at + 1] !== id) ||
        (y > 0 && ids[at - width] !== id) ||
        (y + 1 < height && ids[at + width] !== id);
      const share = isEdge ? OPAQUE : OPACITY;
      luma[at + toLuma] = mix(luma[at + toLuma]!, color[0], share);
      const column = (at - start) >> chromaShift;
      this.#shares[column]! += share;
      this.#sumU[column]! += share * color[1];
      this.#sumV[column]! += share * color[2];
    }
    return isDrawn;
  }

  /** Mixes what was gathered of one row of chroma into the picture. */
  #drawChroma({ planes, steps, chromaShift }: YuvPicture, row: number): void {
    const [, planeU, planeV] = planes;
    const shift = 8 + 2 * chromaShift;
    const whole = 1 << shift;
    for (let column = 0; column < this.#shares.length; column++) {
      const share = this.#shares[column]!;
      if (share === 0) continue;
      const [atU, atV] = [row * steps[1] + column, row * steps[2] + column];
      planeU[atU] = (planeU[atU]! * (whole - share) + this.#sumU[column]! + whole / 2) >> shift;
      planeV[atV] = (planeV[atV]! * (whole - share) + this.#sumV[column]! + whole / 2) >> shift;
      this.#shares[column] = 0;
      this.#sumU[column] = 0;
      this.#sumV[column] = 0;
    }
  }
}

/** @returns the next place that is no background, or `end` */
function nextObject(ids: Uint8Array, words: Uint32Array, from: number, end: number): number {
  let at = from;
  while (at < end && at % WORD_BYTES !== 0 && ids[at] === 0) at++;
  if (at % WORD_BYTES === 0) {
    let word = at / WORD_BYTES;
    const lastWord = Math.min(words.length, Math.floor(end / WORD_BYTES));
    while (word < lastWord && words[word] === 0) word++;
    at = word * WORD_BYTES;
  }
  while (at < end && ids[at] === 0) at++;
  return at;
}
