/**
 * One step of a net as native/kernels/fused_step.h has it: a few layers that are computed together, with their norms in
 * the weights. Values are counted from 0, the picture; step n gives value n + 1.
 */
export interface FusedStep {
  readonly kind: "conv" | "separable" | "pointwise" | "upsample-add";
  readonly input: number;
  /** Of `upsample-add`: the value that is added. */
  readonly skip: number;
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** ReLU between the two parts of `separable`. */
  readonly innerRelu: boolean;
  /** Whether `separable` adds its input. */
  readonly residual: boolean;
  readonly relu: boolean;
  /** Of `separable`: `[3, 3, in]` and `[in]`. */
  readonly depthwise: Float32Array;
  readonly depthwiseBias: Float32Array;
  /** `[kernel, kernel, in, out]`; on the picture `[in, kernel, kernel, out]`. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** A net that the addon computes by itself. */
export interface FusedNet {
  readonly steps: readonly FusedStep[];
  /** Size of a drawn picture on which it is held against onnxruntime: one that the file takes. */
  readonly checkHeight: number;
  readonly checkWidth: number;
}
