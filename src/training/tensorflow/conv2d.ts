import type { Tensor4D } from "@tensorflow/tfjs-node";
import { defineOp } from "./differentiable-op.js";
import { gatherTaps, spreadTaps } from "./dilated-kernel.js";
import type { Tf } from "./load.js";
import type { NativeKernels, Window } from "./native-kernels.js";

type Inputs = { x: Tensor4D; kernel: Tensor4D };

/**
 * Dense convolution through the library's own kernels: measured against matrix products for 1x1, space-to-depth for
 * strides and flipped kernels for the input's gradient, they won at every size (decision 0003).
 */
export function createConv2d(
  tf: Tf,
  native: NativeKernels,
  hasNativeDilation: boolean,
): (x: Tensor4D, kernel: Tensor4D, window: Window) => Tensor4D {
  const run = defineOp<Inputs, Window>(tf, {
    name: "MavsegConv2d",
    forward: ({ x, kernel }, window) => native.conv2d(x, kernel, window),
    saves: { inputs: ["x", "kernel"] },
    gradients: ([dy], { inputs: { x, kernel } }, window) => ({
      x: () => native.conv2dInputGradient(dy as Tensor4D, kernel, x.shape, window),
      kernel: () => native.conv2dKernelGradient(x, dy as Tensor4D, kernel.shape, window),
    }),
  });
  const spread = createSpreadTaps(tf);
  return (x, kernel, { strides, dilations }) => {
    const isDilated = dilations[0] > 1 || dilations[1] > 1;
    if (!isDilated || hasNativeDilation) return run({ x, kernel }, { strides, dilations }) as Tensor4D;
    return run({ x, kernel: spread(kernel, dilations) }, { strides, dilations: [1, 1] }) as Tensor4D;
  };
}

/** {@link spreadTaps} as an operation with a gradient. */
export function createSpreadTaps(tf: Tf): (kernel: Tensor4D, dilations: Window["dilations"]) => Tensor4D {
  const run = defineOp<{ kernel: Tensor4D }, Pick<Window, "dilations">>(tf, {
    name: "MavsegSpreadTaps",
    forward: ({ kernel }, { dilations }) => spreadTaps(tf, kernel, dilations),
    saves: { inputs: ["kernel"] },
    gradients: ([dy], { inputs: { kernel } }, { dilations }) => ({
      kernel: () => gatherTaps(tf, dy as Tensor4D, kernel.shape, dilations),
    }),
  });
  return (kernel, dilations) => run({ kernel }, { dilations }) as Tensor4D;
}
