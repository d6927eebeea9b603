/** A small grey picture: `px` is `[height, width]`, row-major. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly px: Uint8Array;
}

export function greyPicture(width: number, height: number): GreyPicture {
  return { width, height, px: new Uint8Array(width * height) };
}

/**
 * Writes the means of `factor` by `factor` px.
 * @param to of the width and height of `from` divided by `factor`, rounded down
 */
export function shrink(from: GreyPicture, factor: number, to: GreyPicture): void {
  const count = factor * factor;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      let sum = count >> 1;
      for (let row = 0; row < factor; row++) {
        const first = (y * factor + row) * from.width + x * factor;
        for (let column = 0; column < factor; column++) sum += from.px[first + column]!;
      }
      to.px[y * to.width + x] = Math.floor(sum / count);
    }
  }
}
