import { existsSync } from "node:fs";
import path from "node:path";
import { type FoundLibrary, findLibrary, type LibrarySearch } from "../machine/find-library.js";
import type { Machine } from "../machine/machine.js";
import type { Vulkan } from "../machine/vulkan.js";
import { type Check, note, ok, wrong } from "./check.js";
import { install, installNvidiaDriver, type Place } from "./commands.js";

const NVIDIA_VENDOR = "0x10de";

/** Libraries of GPUs, by what they are looked for: any release of each. */
const GPU_LIBRARIES = {
  cuda: /^libcuda\.so\.\d+$/,
  cudart: /^libcudart\.so\.\d+$/,
  cudnn: /^libcudnn\.so\.\d+$/,
  nvinfer: /^libnvinfer\.so\.\d+$/,
  vulkan: /^libvulkan\.so\.1$/,
} as const;
export type GpuLibrary = keyof typeof GPU_LIBRARIES;

export interface GpuLibraries {
  readonly found: Readonly<Record<GpuLibrary, FoundLibrary | null>>;
  /** Why a found library does not load; nothing where it does or was not tried. */
  readonly reasons: Readonly<Partial<Record<GpuLibrary, string>>>;
}

export function findGpuLibraries(search: LibrarySearch = {}): GpuLibraries["found"] {
  const entries = Object.entries(GPU_LIBRARIES).map(([name, pattern]) => [
    name,
    findLibrary(pattern, search),
  ]);
  return Object.fromEntries(entries) as GpuLibraries["found"];
}

function hasNvidia({ gpu, board }: Machine): boolean {
  return (
    board.isJetson || gpu.nvidiaDriver !== null || gpu.pci.some(({ vendor }) => vendor === NVIDIA_VENDOR)
  );
}

/** @param hasGpu whether there is a GPU that Vulkan could drive */
export function checkVulkan(
  { vulkan }: Machine,
  { found, reasons }: GpuLibraries,
  hasGpu: boolean,
  place: Place,
): Check {
  const { loader, drivers, overriddenBy } = vulkan;
  const finding = (state: typeof ok, text: string, mend?: string | null) =>
    state("vulkan", "Vulkan", text, mend);
  const lost = drivers.filter(({ library }) => library === null).map(({ manifest }) => manifest);
  if (overriddenBy !== null && lost.length > 0) {
    const text = `${overriddenBy} names ${lost.join(", ")}, where there is no driver`;
    return finding(wrong, text, `unset ${overriddenBy}`);
  }
  if (reasons.vulkan !== undefined) {
    return finding(
      wrong,
      `${found.vulkan?.file} does not load: ${reasons.vulkan}`,
      install(place, "vulkanLoader"),
    );
  }
  const isWanted = hasGpu ? "needed for --ep webgpu" : "of use with a GPU only";
  if (loader === null) {
    return finding(note, `libvulkan.so.1 is not installed; ${isWanted}`, install(place, "vulkanLoader"));
  }
  const usable = drivers.filter(({ library }) => library !== null);
  if (usable.length === 0) {
    return finding(note, `no driver is installed; ${isWanted}`, install(place, "vulkanDrivers"));
  }
  return finding(ok, `${loader}; drivers ${describeDrivers(usable)}`);
}

function describeDrivers(drivers: Vulkan["drivers"]): string {
  return drivers
    .map(
      ({ manifest, isSoftware }) => `${path.basename(manifest, ".json")}${isSoftware ? " (software)" : ""}`,
    )
    .join(", ");
}

/** @param ortLibrary the file of onnxruntime in use; null where it is not known */
export function checkCuda(
  machine: Machine,
  libraries: GpuLibraries,
  ortLibrary: string | null,
  place: Place,
): Check {
  const finding = (state: typeof ok, text: string, mend?: string | null) => state("cuda", "CUDA", text, mend);
  const isAsked = hasProviderFile(ortLibrary, "libonnxruntime_providers_cuda.so");
  if (!hasNvidia(machine) && !isAsked) return finding(note, "no NVIDIA GPU");
  const state = isAsked ? wrong : note;
  if (libraries.found.cuda === null) {
    return finding(state, "the driver's libcuda.so is not installed", installNvidiaDriver(place));
  }
  const broken = describeBroken(libraries, ["cuda", "cudart", "cudnn"]);
  if (broken !== null) return finding(state, broken.text, broken.mend ?? install(place, "cudaToolkit"));
  if (!machine.board.isJetson && machine.gpu.nvidiaDriver === null) {
    return finding(state, "the kernel's driver nvidia is not loaded", installNvidiaDriver(place));
  }
  return describeFound(finding, libraries, ["cuda", "cudart", "cudnn"], state, install(place, "cudaToolkit"));
}

/** @param ortLibrary the file of onnxruntime in use; null where it is not known */
export function checkTensorrt(
  machine: Machine,
  libraries: GpuLibraries,
  ortLibrary: string | null,
  place: Place,
): Check {
  const finding = (state: typeof ok, text: string, mend?: string | null) =>
    state("tensorrt", "TensorRT", text, mend);
  const isAsked = hasProviderFile(ortLibrary, "libonnxruntime_providers_tensorrt.so");
  if (!hasNvidia(machine) && !isAsked) return finding(note, "no NVIDIA GPU");
  const state = isAsked ? wrong : note;
  const mend = place.isJetson ? install(place, "cudaToolkit") : "pip install tensorrt";
  const broken = describeBroken(libraries, ["nvinfer"]);
  if (broken !== null) return finding(state, broken.text, broken.mend ?? mend);
  return describeFound(finding, libraries, ["nvinfer"], state, mend);
}

/** onnxruntime's providers for NVIDIA's GPUs are files beside its library: who has brought them wants them. */
function hasProviderFile(ortLibrary: string | null, file: string): boolean {
  return ortLibrary !== null && existsSync(path.join(path.dirname(ortLibrary), file));
}

function describeBroken(
  { found, reasons }: GpuLibraries,
  names: readonly GpuLibrary[],
): { readonly text: string; readonly mend: string | null } | null {
  for (const name of names) {
    const library = found[name];
    if (library === null) continue;
    if (!library.isOnLoaderPath) {
      const folder = path.dirname(library.file);
      const text = `${library.file} is not where programs look for libraries`;
      return { text, mend: `export LD_LIBRARY_PATH=${folder}:$LD_LIBRARY_PATH` };
    }
    if (reasons[name] !== undefined)
      return { text: `${library.file} does not load: ${reasons[name]}`, mend: null };
  }
  return null;
}

function describeFound(
  finding: (state: typeof ok, text: string, mend?: string | null) => Check,
  { found }: GpuLibraries,
  names: readonly GpuLibrary[],
  stateWhereMissing: typeof ok,
  mend: string | null,
): Check {
  const files = names.flatMap((name) => found[name]?.file ?? []);
  const missing = names.filter((name) => found[name] === null).map((name) => `lib${name}.so`);
  if (missing.length === 0) return finding(ok, files.join(", "));
  const text = [...files, `not installed: ${missing.join(", ")}`].join(", ");
  return finding(stateWhereMissing, text, mend);
}
