import { expect, test } from "vitest";
import { decoderFor } from "../../../src/training/calibration/score-frames.js";

test.each([
  [2, 3],
  [4, 2],
  [4, 3],
])("of logits at 1/%d, a mask of every %d-th px is the whole mask thinned", (stride, every) => {
  const [width, height] = [16 * stride, 8 * stride];
  const picture = { width: width - 3, height: height - 1 };
  const classes = 3;
  const logits = Float32Array.from({ length: classes * 16 * 8 }, (_, at) => Math.sin(at * 12.9898) * 3);
  const whole = new Uint8Array(picture.width * picture.height);
  decoderFor(classes, stride, width, height, picture).run(logits, whole);
  const [columns, rows] = [Math.ceil(picture.width / every), Math.ceil(picture.height / every)];
  const thinned = new Uint8Array(columns * rows);
  decoderFor(classes, stride, width, height, picture, every).run(logits, thinned);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      expect(thinned[y * columns + x]).toBe(whole[y * every * picture.width + x * every]);
    }
  }
  expect(new Set(whole).size).toBe(classes);
});
