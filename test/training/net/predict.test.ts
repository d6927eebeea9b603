import { describe, expect, test } from "vitest";
import { maskOf, predict } from "../../../src/training/net/predict.js";
import { parameterTensors } from "../../../src/training/net/trainer-step.js";
import { plane } from "../../dataset/tiny-dataset.js";
import { tf } from "../tensorflow/check-op.js";
import { thresholdSetUp } from "../threshold-net.js";

// No multiple of 4: the picture is padded and the mask is cut.
const WIDTH = 10;
const HEIGHT = 7;

describe("the mask of a prediction", () => {
  const mask = (outputStride: 1 | 2, draw: (x: number, y: number) => number) => {
    const { context, weights } = thresholdSetUp(outputStride);
    const tensors = parameterTensors(tf, context.layout, weights);
    const picture = { width: WIDTH, height: HEIGHT, channels: 1 as const, data: plane(WIDTH, HEIGHT, draw) };
    const prediction = predict(context, tensors, picture);
    const ids = maskOf(context, prediction, picture);
    tf.dispose([prediction.logits, ...tensors.values()]);
    return ids;
  };

  test("gives a class id per px of the picture, whatever its size", () => {
    const bright = (x: number, y: number) => (x * 3 + y * 5) % 7 < 3;
    expect(mask(1, (x, y) => (bright(x, y) ? 200 : 50))).toEqual(
      plane(WIDTH, HEIGHT, (x, y) => (bright(x, y) ? 1 : 0)),
    );
  });

  test("brings logits of a smaller size to full size by bilinear interpolation", () => {
    // Cells 0 to 2 are 1.0, the others 0.0: between their centres at px 4.5 and 6.5 the middle lies at 5.5.
    expect(mask(2, (x) => (x < 6 ? 255 : 0))).toEqual(plane(WIDTH, HEIGHT, (x) => (x < 6 ? 1 : 0)));
  });

  test("leaves no tensor behind", () => {
    mask(2, () => 0);
    const before = tf.memory().numTensors;
    mask(2, () => 0);
    expect(tf.memory().numTensors).toBe(before);
  });
});
