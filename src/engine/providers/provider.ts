/** Execution providers that a session can run on, by the names of this project. */
export const EXECUTION_PROVIDERS = [
  "cpu",
  "webgpu",
  "cuda",
  "tensorrt",
  "nv-tensorrt-rtx",
  "openvino",
] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** What can be asked for: a provider, or the best that works. */
export const PROVIDER_CHOICES = ["auto", ...EXECUTION_PROVIDERS] as const;
export type ProviderRequest = (typeof PROVIDER_CHOICES)[number];

/** Any provider but the CPU, which needs nothing and is always there. */
export type Accelerator = Exclude<ExecutionProvider, "cpu">;

interface AcceleratorFacts {
  /** The name that onnxruntime's interface takes the built-in provider by. */
  readonly builtInName: string;
  /** onnxruntime's own name for it, in lower case and without `ExecutionProvider`; plugins spell theirs differently. */
  readonly reportedNames: readonly string[];
  /** The file beside onnxruntime's library without which the built-in provider is only a name; null where it is inside. */
  readonly file: string | null;
  /** What to do where it is missing. */
  readonly remedy: string;
}

const DRIVER = "Install the device's driver, and ";
const BUILD_WITH = "Give --ort-library the path of an onnxruntime that was built with it";
const PLUGIN_FROM = "give --ep-library the plugin out of the Python package";

export const ACCELERATORS: Readonly<Record<Accelerator, AcceleratorFacts>> = {
  tensorrt: {
    builtInName: "TensorRT",
    reportedNames: ["tensorrt"],
    file: "libonnxruntime_providers_tensorrt.so",
    remedy: `${BUILD_WITH}, with libonnxruntime_providers_tensorrt.so beside it.`,
  },
  "nv-tensorrt-rtx": {
    builtInName: "NvTensorRtRtx",
    reportedNames: ["nvtensorrtrtx", "tensorrtrtx"],
    file: "libonnxruntime_providers_nv_tensorrt_rtx.so",
    remedy: `${DRIVER}${PLUGIN_FROM} onnxruntime-ep-nv-tensorrt-rtx-cu13.`,
  },
  cuda: {
    builtInName: "CUDA",
    reportedNames: ["cuda"],
    file: "libonnxruntime_providers_cuda.so",
    remedy: `${BUILD_WITH}, with libonnxruntime_providers_cuda.so beside it.`,
  },
  openvino: {
    builtInName: "OpenVINO",
    reportedNames: ["openvino"],
    file: "libonnxruntime_providers_openvino.so",
    // The plugin's file is libonnxruntime_providers_openvino_plugin.so. The library of the other package takes AMD's
    // processors too.
    remedy: `${DRIVER}${PLUGIN_FROM} onnxruntime-ep-openvino (Intel's devices only), or --ort-library the libonnxruntime out of onnxruntime-openvino.`,
  },
  webgpu: {
    builtInName: "WebGPU",
    reportedNames: ["webgpu"],
    file: null,
    remedy: `Install a Vulkan driver and libvulkan1. Where onnxruntime has no WebGPU inside, as on arm64: ${PLUGIN_FROM} onnxruntime-ep-webgpu.`,
  },
};

/** What a machine with such a device wants, best first: compiled engines, the vendor's kernels, what every GPU can. */
export const BEST_FIRST = [
  "tensorrt",
  "nv-tensorrt-rtx",
  "cuda",
  "openvino",
  "webgpu",
] as const satisfies Accelerator[];

/** @param reported onnxruntime's name of a provider, such as `WebGpuExecutionProvider` */
export function isNameOf(accelerator: Accelerator, reported: string): boolean {
  const plain = reported.toLowerCase().replace(/executionprovider$/, "");
  return ACCELERATORS[accelerator].reportedNames.includes(plain);
}
