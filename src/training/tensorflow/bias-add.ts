import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import { defineOp } from "./differentiable-op.js";
import type { Tf } from "./load.js";
import type { NativeKernels } from "./native-kernels.js";

type Inputs = { x: Tensor4D; bias: Tensor1D };

/** Up to here a whole row of pixels with the bias repeated is added faster: the inner loop is longer (decision 0003). */
const MOST_FOLDED_CHANNELS = 16;
/** The same for the sum over all pixels, which is native above. */
const MOST_FOLDED_SUM_CHANNELS = 4;

/** Adds bias [c] to every pixel of x [n, h, w, c]. */
export function createBiasAdd(tf: Tf, native: NativeKernels): (x: Tensor4D, bias: Tensor1D) => Tensor4D {
  const layout = [native.attribute.text("data_format", "NHWC")];
  const run = defineOp<Inputs, object>(tf, {
    name: "MavsegBiasAdd",
    forward: ({ x, bias }) => {
      const [n, h, w, c] = x.shape;
      if (c > MOST_FOLDED_CHANNELS) return native.run("BiasAdd", [x, bias], layout);
      const row = native.run("BiasAdd", [tf.reshape(x, [n * h, w * c]), tf.tile(bias, [w])], layout);
      return tf.reshape(row, [n, h, w, c]);
    },
    saves: { inputs: [] },
    gradients: ([dy]) => ({
      x: () => tf.clone(dy!),
      bias: () => {
        const [n, h, w, c] = dy!.shape as [number, number, number, number];
        if (c > MOST_FOLDED_SUM_CHANNELS) return native.run("BiasAddGrad", [dy!], layout);
        return tf.sum(tf.reshape(tf.sum(tf.reshape(dy!, [n * h, w * c]), 0), [w, c]), 0);
      },
    }),
  });
  return (x, bias) => run({ x, bias }, {}) as Tensor4D;
}
