import type { LoadedModel } from "../../../model/load-model.js";
import type { OnnxModel } from "../../../model/onnx-model.js";
import type { NotFused } from "../../kernels.js";
import { fuseNet } from "./fuse-net.js";
import type { FusedNet } from "./fused-step.js";

/** The variable of the environment that leaves every net to onnxruntime. */
export const SWITCH = "MAVSEG_FUSED";

/**
 * Says how the native engine runs a model on the CPU.
 * @param onnx the model's file, decoded
 * @param isWanted whether fused steps are to run; left out, unless the environment says `MAVSEG_FUSED=off`
 * @returns the model as fused steps, or why onnxruntime runs it
 */
export function planFused(model: LoadedModel, onnx: OnnxModel, isWanted?: boolean): FusedNet | NotFused {
  const { input, output } = model.manifest;
  if (isWanted === false) return { cause: "off", reason: "fused kernels are off" };
  if (isWanted === undefined && process.env[SWITCH] === "off")
    return { cause: "off", reason: `${SWITCH}=off` };
  if (model.hasExternalWeights) return notOfThisKind("its weights lie in other files");
  if (input.dtype === "uint8" || input.layout !== "NCHW" || output.layout !== "NCHW") {
    return notOfThisKind("its input or output is not planes of float32 or float16");
  }
  const fused = fuseNet(onnx);
  return typeof fused === "string" ? notOfThisKind(fused) : fused;
}

function notOfThisKind(reason: string): NotFused {
  return { cause: "graph", reason };
}
