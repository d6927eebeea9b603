import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import { defineOp } from "./differentiable-op.js";
import type { Tf } from "./load.js";
import type { NativeKernels } from "./native-kernels.js";

type Inputs = { x: Tensor4D; gamma: Tensor1D; beta: Tensor1D };
type Attributes = { epsilon: number };

/** y is normalised with the batch's own statistics; mean and variance [c] are those statistics. */
export interface BatchNormResult {
  readonly y: Tensor4D;
  readonly mean: Tensor1D;
  /** Population variance: divided by n*h*w. */
  readonly variance: Tensor1D;
}

/** FusedBatchNormV3: y, mean, variance, and three outputs of which the gradient reads the first two. */
const FORWARD_OUTPUTS = 6;
/** FusedBatchNormGradV3: gradients of x, scale and offset, and two empty ones. */
const GRADIENT_OUTPUTS = 5;

/**
 * Batch norm in training mode by TensorFlow's fused kernels: one pass forward and one backward, four to six times
 * faster than the same from single operations (decision 0003). No gradient flows out of mean and variance.
 */
export function createBatchNorm(
  tf: Tf,
  native: NativeKernels,
): (x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, epsilon: number) => BatchNormResult {
  const attributes = (epsilon: number) => [
    native.attribute.float32("U"),
    native.attribute.real("epsilon", epsilon),
    native.attribute.text("data_format", "NHWC"),
    native.attribute.boolean("is_training", true),
  ];
  const run = defineOp<Inputs, Attributes>(tf, {
    name: "MavsegBatchNorm",
    forward: ({ x, gamma, beta }, { epsilon }) => {
      const none = tf.tensor1d([]);
      const inputs = [x, gamma, beta, none, none];
      return [...native.runMany("FusedBatchNormV3", inputs, attributes(epsilon), FORWARD_OUTPUTS)];
    },
    saves: { inputs: ["x", "gamma"], outputs: [false, false, false, true, true, true] },
    gradients: ([dy], { inputs: { x, gamma }, outputs: statistics }, { epsilon }) => {
      const inputs = [dy!, x, gamma, ...statistics];
      const [dx, dGamma, dBeta] = native.runMany(
        "FusedBatchNormGradV3",
        inputs,
        attributes(epsilon),
        GRADIENT_OUTPUTS,
      );
      return { x: () => dx!, gamma: () => dGamma!, beta: () => dBeta! };
    },
  });
  return (x, gamma, beta, epsilon) =>
    tf.tidy(() => {
      const [y, mean, unbiased] = run({ x, gamma, beta }, { epsilon }) as [Tensor4D, Tensor1D, Tensor1D];
      return { y, mean, variance: tf.mul<Tensor1D>(unbiased, populationFactor(x.size / x.shape[3])) };
    });
}

/** The kernel returns the unbiased variance (divided by count - 1, and by 1 for a single value). */
function populationFactor(count: number): number {
  return Math.max(count - 1, 1) / count;
}
