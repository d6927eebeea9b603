import type { LoadedModel } from "../../../model/load-model.js";
import { decodeModel } from "../../../model/onnx-proto.js";
import { fuseNet } from "./fuse-net.js";
import type { FusedNet } from "./fused-step.js";

/**
 * Says how the native engine runs a model on the CPU.
 * @param isWanted whether fused steps are to run; left out, unless the environment says `MAVSEG_FUSED=off`
 * @returns the model as fused steps, or in words why onnxruntime runs it
 */
export function planFused(
  model: LoadedModel,
  isWanted = process.env.MAVSEG_FUSED !== "off",
): FusedNet | string {
  const { input, output } = model.manifest;
  if (!isWanted) return "fused kernels are off";
  if (model.hasExternalWeights) return "its weights lie in other files";
  if (input.dtype !== "float32" || input.layout !== "NCHW" || output.layout !== "NCHW") {
    return "its input or output is not planes of float32";
  }
  return fuseNet(decodeModel(model.bytes));
}
