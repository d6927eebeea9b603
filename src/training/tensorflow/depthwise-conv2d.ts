import type { Tensor4D } from "@tensorflow/tfjs-node";
import { createSpreadTaps } from "./conv2d.js";
import { defineOp } from "./differentiable-op.js";
import type { Tf } from "./load.js";
import type { NativeKernels, Window } from "./native-kernels.js";

type Inputs = { x: Tensor4D; kernel: Tensor4D };
type Pair = readonly [number, number];

/** Where the padding beside a row is wider than this, oneDNN leaves its fast kernel and takes 4 to 8 times as long. */
const WIDEST_FAST_PADDING_PX = 4;
const UNIT: Pair = [1, 1];

/**
 * Depthwise convolution, kernel [kh, kw, c, 1].
 *
 * The library drops `dilations` in both native gradients without a word (it returns those of the undilated
 * convolution), so dilated ones are computed another way: the input's gradient is the convolution of dy with the
 * flipped kernel; for the kernel's gradient pixels are rearranged so that taps lie side by side, see {@link segment}.
 */
export function createDepthwiseConv2d(
  tf: Tf,
  native: NativeKernels,
  hasNativeDilation: boolean,
): (x: Tensor4D, kernel: Tensor4D, window: Window) => Tensor4D {
  const run = defineOp<Inputs, Window>(tf, {
    name: "MavsegDepthwiseConv2d",
    forward: ({ x, kernel }, window) =>
      isDilated(window)
        ? dilatedForward(tf, native, x, kernel, window.dilations)
        : native.depthwise(x, kernel, window),
    saves: { inputs: ["x", "kernel"] },
    gradients: ([dy], { inputs: { x, kernel } }, window) => ({
      x: () =>
        isDilated(window)
          ? dilatedForward(tf, native, dy as Tensor4D, tf.reverse4d(kernel, [0, 1]), window.dilations)
          : native.depthwiseInputGradient(dy as Tensor4D, kernel, x.shape, window),
      kernel: () =>
        isDilated(window)
          ? dilatedKernelGradient(tf, native, x, dy as Tensor4D, kernel.shape, window.dilations)
          : native.depthwiseKernelGradient(x, dy as Tensor4D, kernel.shape, window),
    }),
  });
  const spread = createSpreadTaps(tf);
  return (x, kernel, window) => {
    const { strides, dilations } = window;
    const isFast = hasNativeDilation && isUnit(strides) && isOdd(kernel.shape[0]) && isOdd(kernel.shape[1]);
    if (!isDilated(window) || isFast) return run({ x, kernel }, window) as Tensor4D;
    return run({ x, kernel: spread(kernel, dilations) }, { strides, dilations: UNIT }) as Tensor4D;
  };
}

/** Stride 1, odd kernel. */
function dilatedForward(
  tf: Tf,
  native: NativeKernels,
  x: Tensor4D,
  kernel: Tensor4D,
  [dh, dw]: Pair,
): Tensor4D {
  const paddingPx = (dw * (kernel.shape[1] - 1)) / 2;
  if (paddingPx <= WIDEST_FAST_PADDING_PX)
    return native.depthwise(x, kernel, { strides: UNIT, dilations: [dh, dw] });
  const [n, h, w, c] = x.shape;
  const columns = Math.ceil(w / dw);
  // Pixels dw apart become neighbours, and the dw pixels between them channels: the same memory, read with another
  // shape. The convolution along the rows is then an undilated one.
  const whole =
    columns * dw === w
      ? x
      : tf.pad4d(x, [
          [0, 0],
          [0, 0],
          [0, columns * dw - w],
          [0, 0],
        ]);
  const folded: Tensor4D = tf.reshape(whole, [n, h, columns, dw * c]);
  const y = native.depthwise(folded, tf.tile(kernel, [1, 1, dw, 1]), { strides: UNIT, dilations: [dh, 1] });
  const unfolded = tf.reshape(y, [n, h, columns * dw, c]) as Tensor4D;
  return columns * dw === w ? unfolded : tf.slice4d(unfolded, [0, 0, 0, 0], [n, h, w, c]);
}

/** Stride 1, odd kernel. Pads x and dy once each, which takes a third less time than two space-to-batch. */
function dilatedKernelGradient(
  tf: Tf,
  native: NativeKernels,
  x: Tensor4D,
  dy: Tensor4D,
  shape: readonly number[],
  dilations: Pair,
): Tensor4D {
  const [kh, kw, c] = shape as [number, number, number, number];
  const [, dw] = dilations;
  const tiled = native.depthwiseKernelGradient(
    segment(tf, x, kw, dilations),
    segment(tf, dy, kw, dilations),
    [kh, kw, dw * c, 1],
    { strides: UNIT, dilations: UNIT },
  );
  return tf.reshape(tf.sum(tf.reshape(tiled, [kh, kw, dw, c]), 2), [kh, kw, c, 1]);
}

/**
 * Rearranges x [n, h, w, c] so that a dilated kernel's taps are neighbours: the columns between two taps become
 * channels, the rows between two taps stand side by side as segments of one wide row, with zeros between them as wide
 * as a kernel reaches. Both are views of memory that is padded once.
 * The result is [n, h/dh, dh * (w/dw + reach), dw * c], rounded up.
 */
function segment(tf: Tf, x: Tensor4D, kernelWidth: number, [dh, dw]: Pair): Tensor4D {
  const [n, h, w, c] = x.shape;
  const reach = dh === 1 ? 0 : (kernelWidth - 1) / 2;
  const rows = Math.ceil(h / dh);
  const columns = Math.ceil(w / dw) + reach;
  const padded = tf.pad4d(x, [
    [0, 0],
    [0, rows * dh - h],
    [0, columns * dw - w],
    [0, 0],
  ]);
  return tf.reshape(padded, [n, rows, dh * columns, dw * c]);
}

function isDilated({ dilations }: Window): boolean {
  return !isUnit(dilations);
}

function isUnit([height, width]: Pair): boolean {
  return height === 1 && width === 1;
}

function isOdd(size: number): boolean {
  return size % 2 === 1;
}
