import type { AxisMap, FrameMap } from "./geometry.js";

/** What a net that ends in an argmax gives: ids as ONNX writes them. */
export type ClassIds = BigInt64Array | Int32Array | Uint8Array;

export interface IdPlane {
  readonly width: number;
  readonly height: number;
  readonly classCount: number;
  /** Stands for ids that are none of the classes: the ignore index. */
  readonly otherId: number;
}

/** Brings class ids to the frame's size: each px takes the id of the output px that covers its centre. */
export class NearestClassIds {
  readonly #ids: IdPlane;
  readonly #frame: FrameMap;
  /** Output column of each frame column that the net sees. */
  readonly #columns: Int32Array;

  constructor(ids: IdPlane, frame: FrameMap) {
    this.#ids = ids;
    this.#frame = frame;
    this.#columns = Int32Array.from({ length: frame.width }, (_, column) =>
      nearest(column, frame.x, ids.width),
    );
  }

  /**
   * @param ids `[height, width]`
   * @param mask `[height, width]` of the frame, written in full
   */
  run(ids: ClassIds, mask: Uint8Array): void {
    // The low words of little-endian 64-bit ids: reading bigints would allocate one per pixel.
    const words =
      ids instanceof BigInt64Array ? new Int32Array(ids.buffer, ids.byteOffset, ids.length * 2) : ids;
    const wordsPerId = ids instanceof BigInt64Array ? 2 : 1;
    const { width, height, y: rows } = this.#frame;
    mask.fill(0, 0, rows.from * width);
    mask.fill(0, rows.to * width, height * width);
    let lastRow = -1;
    for (let y = rows.from; y < rows.to; y++) {
      const row = nearest(y, rows, this.#ids.height);
      const start = y * width;
      // Frame rows that share an output row are equal.
      if (row === lastRow) mask.copyWithin(start, start - width, start);
      else this.#writeRow(words, row * this.#ids.width, wordsPerId, mask, start);
      lastRow = row;
    }
  }

  #writeRow(
    words: Int32Array | Uint8Array,
    first: number,
    wordsPerId: number,
    mask: Uint8Array,
    start: number,
  ): void {
    const { x: columns, width } = this.#frame;
    const { classCount, otherId } = this.#ids;
    mask.fill(0, start, start + columns.from);
    for (let x = columns.from; x < columns.to; x++) {
      const id = words[(first + this.#columns[x]!) * wordsPerId]!;
      mask[start + x] = id >= 0 && id < classCount ? id : otherId;
    }
    mask.fill(0, start + columns.to, start + width);
  }
}

function nearest(framePx: number, axis: AxisMap, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.floor((framePx + 0.5) * axis.scale + axis.shift)));
}
