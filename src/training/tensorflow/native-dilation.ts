import type { Rank, Tensor, Tensor4D } from "@tensorflow/tfjs-node";
import { spreadTaps } from "./dilated-kernel.js";
import type { Tf } from "./load.js";
import type { NativeKernels, Window } from "./native-kernels.js";

/** Float32 sums of a few dozen products agree to about 1e-6; a dropped dilation is off by the size of the values. */
const TOLERANCE = 1e-3;
const UNDILATED: Window = { strides: [1, 1], dilations: [1, 1] };
const DILATED: Window = { strides: [1, 1], dilations: [2, 3] };

/**
 * Whether this build of TensorFlow handles `dilations` in the four operations that we hand them to. It depends on
 * oneDNN being built in and switched on: without it the gradients raise an error. So it is tried out, on tensors of a
 * hundred elements, instead of concluded from versions and flags.
 */
export function hasNativeDilation(tf: Tf, native: NativeKernels): boolean {
  return tf.tidy(() => {
    const x = tf.randomNormal<Rank.R4>([1, 9, 11, 2], 0, 1, "float32", 1);
    const kernel = tf.randomNormal<Rank.R4>([3, 3, 2, 2], 0, 1, "float32", 2);
    const depthwiseKernel = tf.slice4d(kernel, [0, 0, 0, 0], [3, 3, 2, 1]);
    const spread = spreadTaps(tf, kernel, DILATED.dilations);
    const spreadGradient = (dilated: Tensor4D) => spreadTaps(tf, dilated, DILATED.dilations);
    const mask = spreadTaps(tf, tf.onesLike(kernel), DILATED.dilations);
    try {
      return [
        [native.conv2d(x, kernel, DILATED), native.conv2d(x, spread, UNDILATED)],
        [
          native.conv2dInputGradient(x, kernel, x.shape, DILATED),
          native.conv2dInputGradient(x, spread, x.shape, UNDILATED),
        ],
        [
          spreadGradient(native.conv2dKernelGradient(x, x, kernel.shape, DILATED)),
          tf.mul(native.conv2dKernelGradient(x, x, spread.shape, UNDILATED), mask),
        ],
        [
          native.depthwise(x, depthwiseKernel, DILATED),
          native.depthwise(x, spreadTaps(tf, depthwiseKernel, DILATED.dilations), UNDILATED),
        ],
      ].every(([dilated, undilated]) => isClose(tf, dilated!, undilated!));
    } catch {
      return false;
    }
  });
}

function isClose(tf: Tf, a: Tensor, b: Tensor): boolean {
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]! < TOLERANCE;
}
