import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-node";
import type { Tf } from "./load.js";
import type { NativeKernels } from "./native-kernels.js";

/**
 * Maximum over 2x2 pixels, stride 2; an odd last row or column is left out, as in ONNX.
 *
 * Written as two maxima, of the rows of a pair and then of the columns, because the native gradient kernel takes 3 to
 * 4 times as long as ReluGrad over the saved differences (decision 0003). Where pixels are equal, one of them gets
 * the gradient.
 */
export function createMaxPool2x2(tf: Tf, native: NativeKernels): (x: Tensor4D) => Tensor4D {
  /** Splits [rows, 2 * size] into its halves. */
  const halves = (pairs: Tensor, size: number) => {
    const [first, second] = tf.split(tf.reshape(pairs, [-1, 2 * size]), 2, 1) as [Tensor2D, Tensor2D];
    return { maximum: tf.maximum(first, second), difference: tf.sub(first, second) };
  };
  /** The gradient of the maximum of two halves: dy where the first is larger, the rest where it is not. */
  const intoHalves = (dy: Tensor, difference: Tensor) => {
    const first = native.run<Tensor2D>("ReluGrad", [tf.reshape(dy, difference.shape), difference]);
    return tf.concat([first, tf.sub(tf.reshape(dy, difference.shape), first)], 1);
  };
  const pool = tf.customGrad((input, save) => {
    const [n, h, w, c] = (input as Tensor4D).shape;
    const rows = halves(input as Tensor4D, w * c);
    const columns = halves(rows.maximum, c);
    (save as (tensors: Tensor[]) => void)([rows.difference, columns.difference]);
    return {
      value: tf.reshape(columns.maximum, [n, h / 2, w / 2, c]),
      gradFunc: (dy: Tensor, [rowDifference, columnDifference]: Tensor[]) =>
        tf.reshape(intoHalves(intoHalves(dy, columnDifference!), rowDifference!), [n, h, w, c]),
    };
  });
  return (x) => {
    const [n, h, w, c] = x.shape;
    const isEven = h % 2 === 0 && w % 2 === 0;
    return pool(isEven ? x : tf.slice4d(x, [0, 0, 0, 0], [n, h - (h % 2), w - (w % 2), c])) as Tensor4D;
  };
}
