import type { MapLayout } from "./layout.js";

/** Why the native engine leaves a net on the CPU to onnxruntime. */
export interface NotFused {
  /**
   * `off`: fused kernels are not wanted. `graph`: the net is not of the tied family. `check`: fused, it did not give
   * onnxruntime's logits on this machine.
   */
  readonly cause: "off" | "graph" | "check";
  /** In words. */
  readonly reason: string;
}

/** Whose kernels a net runs on. */
export interface KernelsInUse {
  /** `fused`: the addon's own, for nets of the tied family on the CPU. Absent where there is no choice. */
  readonly kernels?: "fused" | "onnxruntime" | undefined;
  /** Of fused ones: `avx512`, `avx2`, `sse2`, `neon` or `scalar`. */
  readonly instructionSet?: string | undefined;
  /** Of onnxruntime's on the CPU. */
  readonly notFused?: NotFused | undefined;
  /** Of the maps of onnxruntime's CPU kernels; absent elsewhere. */
  readonly layout?: MapLayout | undefined;
}

/**
 * @returns `fused avx512`, `onnxruntime (not fused: ...)`, `onnxruntime, plain layout (not fused: ...)` or `onnxruntime`;
 *   undefined where there is no choice
 */
export function sayKernels({ kernels, instructionSet, notFused, layout }: KernelsInUse): string | undefined {
  const plain = layout === "plain" ? ", plain layout" : "";
  if (notFused !== undefined) return `onnxruntime${plain} (not fused: ${notFused.reason})`;
  return instructionSet === undefined ? kernels : `${kernels} ${instructionSet}`;
}
