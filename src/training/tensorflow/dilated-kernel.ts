import type { Tensor4D } from "@tensorflow/tfjs-node";
import type { Tf } from "./load.js";

type Pair = readonly [number, number];

/**
 * The undilated kernel that computes what `kernel` computes with `dilations`: zeros between its taps.
 * `kernel` is [kh, kw, a, b], the result [(kh-1)*dh+1, (kw-1)*dw+1, a, b].
 */
export function spreadTaps(tf: Tf, kernel: Tensor4D, [dh, dw]: Pair): Tensor4D {
  const [kh, kw, a, b] = kernel.shape;
  const apart = tf.pad(tf.reshape(kernel, [kh, 1, kw, 1, a * b]), [
    [0, 0],
    [0, dh - 1],
    [0, 0],
    [0, dw - 1],
    [0, 0],
  ]);
  const [h, w] = [(kh - 1) * dh + 1, (kw - 1) * dw + 1];
  return tf.slice4d(tf.reshape(apart, [kh * dh, kw * dw, a, b]), [0, 0, 0, 0], [h, w, a, b]);
}

/** The gradient of {@link spreadTaps}: takes the taps back out of a kernel of its result's shape. */
export function gatherTaps(tf: Tf, spread: Tensor4D, shape: readonly number[], [dh, dw]: Pair): Tensor4D {
  const [kh, kw, a, b] = shape as [number, number, number, number];
  const tail: [number, number][] = [
    [0, dh - 1],
    [0, dw - 1],
    [0, 0],
    [0, 0],
  ];
  const apart = tf.reshape(tf.pad(spread, tail), [kh, dh, kw, dw, a * b]);
  return tf.reshape(tf.slice(apart, [0, 0, 0, 0, 0], [kh, 1, kw, 1, a * b]), [kh, kw, a, b]);
}
