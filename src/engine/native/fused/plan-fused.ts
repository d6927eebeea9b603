import type { LoadedModel } from "../../../model/load-model.js";
import { decodeModel } from "../../../model/onnx-proto.js";
import { fuseNet } from "./fuse-net.js";
import type { FusedNet } from "./fused-step.js";

/**
 * @param isWanted whether fused steps are to run; left out, unless the environment says `MAVSEG_FUSED=off`
 * @returns the model as fused steps, or undefined where onnxruntime is to run it
 */
export function planFused(
  model: LoadedModel,
  isWanted = process.env.MAVSEG_FUSED !== "off",
): FusedNet | undefined {
  const { input, output } = model.manifest;
  const isPlanar = input.layout === "NCHW" && output.layout === "NCHW";
  if (!isWanted || !isPlanar || input.dtype !== "float32" || model.hasExternalWeights) return undefined;
  const fused = fuseNet(decodeModel(model.bytes));
  return typeof fused === "string" ? undefined : fused;
}
