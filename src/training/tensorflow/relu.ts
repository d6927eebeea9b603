import type { Tensor4D } from "@tensorflow/tfjs-node";
import { defineOp } from "./differentiable-op.js";
import type { Tf } from "./load.js";
import type { NativeKernels } from "./native-kernels.js";

/** max(x, 0). tfjs' own gradient is three passes over the tensor (step, cast, multiply), the native one is one. */
export function createRelu(tf: Tf, native: NativeKernels): (x: Tensor4D) => Tensor4D {
  const run = defineOp<{ x: Tensor4D }, object>(tf, {
    name: "MavsegRelu",
    forward: ({ x }) => native.run("Relu", [x]),
    // y serves as well as x (both are positive at the same places) and is kept by the next layer anyway.
    saves: { inputs: [], outputs: [true] },
    gradients: ([dy], { outputs: [y] }) => ({ x: () => native.run("ReluGrad", [dy!, y!]) }),
  });
  return (x) => run({ x }, {}) as Tensor4D;
}
