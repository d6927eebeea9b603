import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import { type BatchNormResult, createBatchNorm } from "./batch-norm.js";
import { createBiasAdd } from "./bias-add.js";
import { createConv2d } from "./conv2d.js";
import { createDepthwiseConv2d } from "./depthwise-conv2d.js";
import type { Tf } from "./load.js";
import { createMaxPool2x2 } from "./max-pool.js";
import { hasNativeDilation } from "./native-dilation.js";
import { createNativeKernels, type Window } from "./native-kernels.js";
import { createRelu } from "./relu.js";
import { createResizeBilinear } from "./resize-bilinear.js";

/**
 * The operations that nets are made of, on float32 tensors [n, height, width, channels], each with a gradient that
 * tests hold against finite differences. They work inside `tf.grads`, `tf.variableGrads` and `tf.tidy`; a tensor that
 * is used several times (a tied kernel) gets the sum of its gradients.
 */
export interface Ops {
  /** Dense convolution, SAME padding; kernel [kh, kw, channels in, channels out]. */
  conv2d(x: Tensor4D, kernel: Tensor4D, window: Window): Tensor4D;
  /** One filter per channel, SAME padding; kernel [kh, kw, channels, 1]. */
  depthwiseConv2d(x: Tensor4D, kernel: Tensor4D, window: Window): Tensor4D;
  biasAdd(x: Tensor4D, bias: Tensor1D): Tensor4D;
  relu(x: Tensor4D): Tensor4D;
  /** Training mode: normalises with the statistics of x itself and returns them; they pass no gradient on. */
  batchNorm(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, epsilon: number): BatchNormResult;
  /** Bilinear, half-pixel centres. */
  resizeBilinear(x: Tensor4D, height: number, width: number): Tensor4D;
  /** Maximum over 2x2 pixels with stride 2; an odd last row or column is left out. */
  maxPool2x2(x: Tensor4D): Tensor4D;
}

/** Makes the operations for a loaded TensorFlow (see `loadTensorFlow`). */
export function createOps(tf: Tf): Ops {
  const native = createNativeKernels(tf);
  const nativeDilation = hasNativeDilation(tf, native);
  return {
    conv2d: createConv2d(tf, native, nativeDilation),
    depthwiseConv2d: createDepthwiseConv2d(tf, native, nativeDilation),
    biasAdd: createBiasAdd(tf, native),
    relu: createRelu(tf, native),
    batchNorm: createBatchNorm(tf, native),
    resizeBilinear: createResizeBilinear(tf, native),
    maxPool2x2: createMaxPool2x2(tf, native),
  };
}
