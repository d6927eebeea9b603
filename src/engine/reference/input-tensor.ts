import { toHalf } from "../../core/half-float.js";
import type { ModelManifest } from "../../model/manifest.js";
import type { Geometry } from "./geometry.js";
import { expandLuma, type PixelRows } from "./pixel-rows.js";

/** float16 lies in a Uint16Array, as bits. */
export type TensorData = Float32Array | Uint16Array | Uint8Array;

/**
 * What fills the border of `letterbox`: mid grey, the value that nets trained with letterboxed pictures have seen there
 * (YOLO and its descendants use 114).
 */
export const LETTERBOX_VALUE = 114;

type InputManifest = ModelManifest["input"];

/** Writes pictures of one size into one input tensor, which it owns and reuses. */
export class InputTensor {
  /** [1,C,H,W] or [1,H,W,C] */
  readonly dims: readonly number[];
  readonly data: TensorData;
  readonly channels: number;
  readonly #planar: boolean;
  readonly #geometry: Geometry;
  readonly #fullRange: TensorData[];
  readonly #limitedRange: TensorData[];

  constructor(input: InputManifest, geometry: Geometry) {
    const { tensor: width } = geometry.x;
    const { tensor: height } = geometry.y;
    this.channels = input.colour === "grey" ? 1 : 3;
    this.#planar = input.layout === "NCHW";
    this.#geometry = geometry;
    this.dims = this.#planar ? [1, this.channels, height, width] : [1, height, width, this.channels];
    this.data = newTensorData(input.dtype, this.channels * width * height);
    // A pixel has 256 values: the whole arithmetic of normalisation and of the element type fits a table per channel.
    this.#fullRange = Array.from({ length: this.channels }, (_, c) => valueTable(input, c, (value) => value));
    this.#limitedRange = Array.from({ length: this.channels }, (_, c) => valueTable(input, c, expandLuma));
    // Once is enough: the picture covers the same rectangle every time.
    if (geometry.padding === "constant") this.#fillConstant();
  }

  /** @param rows of the resized and cropped picture: `geometry.x.content` by `geometry.y.content` px */
  write(rows: PixelRows): void {
    const { x, y } = this.#geometry;
    const tables = rows.limitedRange ? this.#limitedRange : this.#fullRange;
    for (let row = 0; row < y.content; row++) {
      const base = rows.start(row);
      for (let c = 0; c < this.channels; c++) {
        const first = base + rows.offsets[c]!;
        const at = this.#index(c, y.offset + row, x.offset);
        const step = this.#planar ? 1 : this.channels;
        const end = fillRow(this.data, at, step, tables[c]!, rows.bytes, first, rows.pixelStride, x.content);
        if (this.#geometry.padding === "edge") repeatLast(this.data, end, step, x.tensor - x.content);
      }
    }
    if (this.#geometry.padding === "edge") this.#repeatLastRow();
  }

  #index(channel: number, row: number, column: number): number {
    const { x, y } = this.#geometry;
    return this.#planar
      ? (channel * y.tensor + row) * x.tensor + column
      : (row * x.tensor + column) * this.channels + channel;
  }

  #repeatLastRow(): void {
    const { x, y } = this.#geometry;
    const planes = this.#planar ? this.channels : 1;
    const rowLength = x.tensor * (this.#planar ? 1 : this.channels);
    for (let plane = 0; plane < planes; plane++) {
      const last = (plane * y.tensor + y.content - 1) * rowLength;
      for (let row = y.content; row < y.tensor; row++) {
        this.data.copyWithin((plane * y.tensor + row) * rowLength, last, last + rowLength);
      }
    }
  }

  #fillConstant(): void {
    const pixels = this.data.length / this.channels;
    for (let c = 0; c < this.channels; c++) {
      const value = this.#fullRange[c]![LETTERBOX_VALUE]!;
      if (this.#planar) this.data.fill(value, c * pixels, (c + 1) * pixels);
      else for (let index = c; index < this.data.length; index += this.channels) this.data[index] = value;
    }
  }
}

function newTensorData(dtype: InputManifest["dtype"], length: number): TensorData {
  if (dtype === "float32") return new Float32Array(length);
  return dtype === "float16" ? new Uint16Array(length) : new Uint8Array(length);
}

/** The tensor's element for each of the 256 values of a pixel, in one channel. */
function valueTable(input: InputManifest, channel: number, expand: (value: number) => number): TensorData {
  const table = newTensorData(input.dtype, 256);
  for (let value = 0; value < 256; value++) {
    const normalised = (expand(value) * input.scale - input.mean[channel]!) / input.std[channel]!;
    if (input.dtype === "float32") table[value] = normalised;
    else if (input.dtype === "float16") table[value] = toHalf(normalised);
    else table[value] = Math.min(255, Math.max(0, Math.round(normalised)));
  }
  return table;
}

/** @returns the index behind the last element written */
function fillRow(
  target: TensorData,
  at: number,
  step: number,
  table: TensorData,
  bytes: Uint8Array,
  first: number,
  pixelStride: number,
  count: number,
): number {
  let to = at;
  let from = first;
  for (let x = 0; x < count; x++) {
    target[to] = table[bytes[from]!]!;
    to += step;
    from += pixelStride;
  }
  return to;
}

function repeatLast(target: TensorData, end: number, step: number, count: number): void {
  const value = target[end - step]!;
  for (let index = end, left = count; left > 0; left--, index += step) target[index] = value;
}
