import type { Picture } from "../../dataset/read-picture.js";

/** How pixels become a net's input: (pixel / 255 - mean) / std per channel. */
export interface Normalisation {
  readonly colour: "grey" | "rgb";
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * A whole picture as a net's input, padded at the right and at the bottom by its last column and row.
 * @returns `[height, width, channels]` float32, both sides multiples of `multipleOf`
 */
export function normalisePicture(
  picture: Picture,
  { mean, std }: Normalisation,
  multipleOf: number,
): { readonly width: number; readonly height: number; readonly data: Float32Array } {
  const { channels } = picture;
  const width = Math.ceil(picture.width / multipleOf) * multipleOf;
  const height = Math.ceil(picture.height / multipleOf) * multipleOf;
  const data = new Float32Array(width * height * channels);
  const tables = mean.map((m, c) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - m) / std[c]!),
  );
  let out = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.min(y, picture.height - 1) * picture.width;
    for (let x = 0; x < width; x++) {
      const at = (row + Math.min(x, picture.width - 1)) * channels;
      for (let c = 0; c < channels; c++) data[out++] = tables[c]![picture.data[at + c]!]!;
    }
  }
  return { width, height, data };
}
