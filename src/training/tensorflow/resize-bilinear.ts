import type { Tensor4D } from "@tensorflow/tfjs-node";
import { defineOp } from "./differentiable-op.js";
import type { Tf } from "./load.js";
import type { NativeKernels } from "./native-kernels.js";

type Size = { height: number; width: number };

/**
 * Bilinear resize with half-pixel centres (ONNX Resize: linear, half_pixel). tfjs' own gradient leaves the
 * half-pixel attribute out and so returns another operation's gradient.
 */
export function createResizeBilinear(
  tf: Tf,
  native: NativeKernels,
): (x: Tensor4D, height: number, width: number) => Tensor4D {
  const halfPixel = [
    native.attribute.boolean("align_corners", false),
    native.attribute.boolean("half_pixel_centers", true),
  ];
  const run = defineOp<{ x: Tensor4D }, Size>(tf, {
    name: "MavsegResizeBilinear",
    forward: ({ x }, { height, width }) =>
      native.run("ResizeBilinear", [x, native.shape([height, width])], halfPixel),
    // The gradient kernel reads no value of x, only its shape.
    saves: { inputs: ["x"] },
    gradients: ([dy], { inputs: { x } }) => ({
      x: () => native.run("ResizeBilinearGrad", [dy!, x], halfPixel),
    }),
  });
  return (x, height, width) => run({ x }, { height, width }) as Tensor4D;
}
