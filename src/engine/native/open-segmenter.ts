import type { LoadedModel } from "../../model/load-model.js";
import { decodeModel } from "../../model/onnx-proto.js";
import type { TemporalSettings } from "../../temporal/settings.js";
import type { KernelsInUse, NotFused } from "../kernels.js";
import { chooseLayout, type MapLayout } from "../layout.js";
import type { ExecutionProvider } from "../providers/provider.js";
import {
  loadAddon,
  type NativeSegmenter,
  ON_CPU,
  type ProviderChoice,
  type Readiness,
  type SegmenterOptions,
} from "./addon.js";
import { toMavsegError } from "./addon-error.js";
import type { FusedNet } from "./fused/fused-step.js";
import { planFused } from "./fused/plan-fused.js";
import { findOrtLibrary } from "./ort-library.js";
import { physicalCores } from "./physical-cores.js";
import { Turbojpeg } from "./turbojpeg.js";

export interface NativeEngineOptions {
  /** Threads of one run, and of the kernels around it; left out, one per physical core. */
  readonly threads?: number | undefined;
  /** Whether masks carry their run lengths. */
  readonly runLengths?: boolean | undefined;
  /** How earlier frames count. */
  readonly temporal?: TemporalSettings | undefined;
  /** Path of another libonnxruntime than that of onnxruntime-node. */
  readonly ortLibrary?: string | undefined;
  /** What to run on and its name; left out, the CPU. */
  readonly provider?: { readonly name: ExecutionProvider; readonly choice: ProviderChoice } | undefined;
  /**
   * Whether nets of the tied family run on the addon's own kernels on the CPU; left out, yes, unless `MAVSEG_FUSED=off`.
   */
  readonly fused?: boolean | undefined;
  /** Told where fused steps were refused, and once where libjpeg-turbo is missing, when the first JPEG file comes. */
  readonly log?: ((message: string) => void) | undefined;
}

/** The addon with a model loaded. */
export interface OpenSegmenter {
  readonly segmenter: NativeSegmenter;
  readonly executionProvider: ExecutionProvider;
  /** The release of onnxruntime in use. */
  readonly ortVersion: string;
  readonly kernels: KernelsInUse;
  readonly turbojpeg: Turbojpeg;
}

/**
 * Loads the addon and, on its thread, the model.
 * @throws MavsegError `ENGINE_UNAVAILABLE`, `ORT_LIBRARY_UNUSABLE`, `MODEL_CORRUPT` where onnxruntime refuses the model
 *   on the CPU, `PROVIDER_UNAVAILABLE` or `PROVIDER_LIBRARY_UNUSABLE` where it does so on another provider
 */
export async function openSegmenter(
  model: LoadedModel,
  options: NativeEngineOptions,
): Promise<OpenSegmenter> {
  const { Segmenter } = loadAddon();
  const ortLibrary = findOrtLibrary(options.ortLibrary);
  const { name, choice } = options.provider ?? { name: "cpu", choice: ON_CPU };
  const turbojpeg = new Turbojpeg(options.log);
  const onnx = name === "cpu" ? decodeModel(model.bytes) : undefined;
  const plan = onnx && planFused(model, onnx, options.fused);
  // Of a fused net too: onnxruntime checks it, and runs it where the check fails.
  const layout = onnx === undefined ? "blocked" : chooseLayout(onnx);
  const segmenter = new Segmenter({
    ...modelOptions(model),
    ortLibrary,
    threads: options.threads ?? physicalCores(),
    provider: choice,
    layout,
    fused: plan !== undefined && "steps" in plan ? plan : undefined,
    temporal: options.temporal && {
      ...options.temporal,
      hysteresis: Float32Array.from(options.temporal.hysteresis),
    },
    turbojpeg: turbojpeg.library,
  });
  try {
    const readiness = await segmenter.ready();
    const kernels = kernelsInUse(plan, layout, readiness);
    if (kernels.notFused?.cause === "check") {
      options.log?.(`onnxruntime runs the net, not the fused kernels: ${kernels.notFused.reason}`);
    }
    return { segmenter, executionProvider: name, ortVersion: readiness.ortVersion, kernels, turbojpeg };
  } catch (cause) {
    throw toMavsegError(cause, {
      MODEL_CORRUPT: "a model that onnxruntime can load",
      ORT_LIBRARY_UNUSABLE: `onnxruntime 1.22 or newer at ${ortLibrary}`,
      PROVIDER_UNAVAILABLE: `a session on ${name} with ${ortLibrary}`,
      PROVIDER_LIBRARY_UNUSABLE: "a plugin that this onnxruntime can load",
    });
  }
}

/** @param plan undefined on another provider than the CPU, where nothing is fused and nobody expects it */
function kernelsInUse(
  plan: FusedNet | NotFused | undefined,
  layout: MapLayout,
  { isFused, fusedRefusal, instructionSet }: Readiness,
): KernelsInUse {
  if (isFused) return { kernels: "fused", instructionSet };
  if (plan === undefined) return { kernels: "onnxruntime" };
  const notFused = "steps" in plan ? ({ cause: "check", reason: fusedRefusal } as const) : plan;
  return { kernels: "onnxruntime", notFused, layout };
}

function modelOptions(model: LoadedModel): Pick<SegmenterOptions, "model" | "input" | "output"> {
  const { input, output, classes, ignoreIndex } = model.manifest;
  return {
    model: model.hasExternalWeights ? model.path : model.bytes,
    input,
    output: {
      ...output,
      classCount: classes.length,
      ignoreIndex,
      confirmAt: output.confirmAt && Float32Array.from(output.confirmAt),
    },
  };
}
