import path from "node:path";
import { MavsegError } from "../../errors.js";
import type { ProviderChoice } from "../native/addon.js";
import { inspectOrt } from "../native/ort-inquiry.js";
import { findOrtLibrary } from "../native/ort-library.js";
import { EngineCache } from "./engine-cache.js";
import { type Gpus, readGpus } from "./gpus.js";
import { listOffers, type Offer } from "./offers.js";
import { ACCELERATORS, type Accelerator, type ProviderRequest } from "./provider.js";

export interface PlanOptions {
  readonly executionProvider: Exclude<ProviderRequest, "cpu">;
  readonly modelSha256: string;
  readonly ortLibrary?: string | undefined;
  readonly providerLibraries?: readonly string[] | undefined;
  readonly providerOptions?: Readonly<Record<string, string>> | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

/** One way to a session on an accelerator. */
export interface Candidate {
  readonly accelerator: Accelerator;
  readonly choice: ProviderChoice;
  readonly cache: EngineCache | undefined;
}

/** Set by whoever wants software rendering to count as a GPU; the WebGPU plugin reads it too. */
const ALLOW_SOFTWARE = "ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER";

/**
 * Lists the accelerators worth a try, best first: all that the machine has a device for under `auto`, else the one that
 * was asked for. Where there is no GPU and no plugin, `auto` ends here without opening any library.
 * @throws MavsegError `PROVIDER_UNAVAILABLE` where the one that was asked for is not offered, `ORT_LIBRARY_UNUSABLE`,
 *   `PROVIDER_LIBRARY_UNUSABLE`, `ENGINE_UNAVAILABLE`
 */
export async function planCandidates(options: PlanOptions, gpus: Gpus = readGpus()): Promise<Candidate[]> {
  const { executionProvider: wanted, modelSha256, providerOptions = {} } = options;
  const pluginLibraries = (options.providerLibraries ?? []).map((file) => path.resolve(file));
  const allowsSoftware = process.env[ALLOW_SOFTWARE] === "1";
  if (wanted === "auto" && pluginLibraries.length === 0 && !gpus.hasAny && !allowsSoftware) return [];
  const allowSoftwareAdapter = allowsSoftware || wanted === "webgpu" || gpus.isJetson;
  const ortLibrary = findOrtLibrary(options.ortLibrary);
  const report = await inspectOrt(ortLibrary, { pluginLibraries, allowSoftwareAdapter });
  const offers = listOffers(report, ortLibrary, gpus, allowsSoftware);
  const chosen =
    wanted === "auto"
      ? offers.filter(({ hasDevice }) => hasDevice)
      : [namedOffer(wanted, offers, ortLibrary, pluginLibraries, gpus)];
  if (gpus.isJetson && chosen.some(isWebgpuPlugin)) options.log?.(JETSON_WEBGPU);
  if (pluginLibraries.length > 0 && !chosen.some(({ isPlugin }) => isPlugin)) options.log?.(NO_DEVICE);
  return chosen.map(({ accelerator, name, isPlugin, devices }) => ({
    accelerator,
    choice: {
      name,
      plugins: isPlugin ? pluginLibraries : [],
      allowSoftwareAdapter,
      options: providerOptions,
    },
    cache: EngineCache.for({
      modelSha256,
      accelerator,
      ortRelease: report.release,
      ortLibrary,
      pluginLibraries,
      devices,
      providerOptions,
    }),
  }));
}

const isWebgpuPlugin = ({ accelerator, isPlugin }: Offer) => accelerator === "webgpu" && isPlugin;

const NO_DEVICE = "the given execution-provider plugins are not used: they find no device here";

const JETSON_WEBGPU =
  "on this board the GPU is not on the PCI bus, where onnxruntime looks for devices: the WebGPU plugin is told to take the adapter that Vulkan gives it";

function namedOffer(
  wanted: Accelerator,
  offers: readonly Offer[],
  ortLibrary: string,
  pluginLibraries: readonly string[],
  { isJetson }: Gpus,
): Offer {
  const offer = offers.find(({ accelerator }) => accelerator === wanted);
  if (offer !== undefined) return offer;
  const places = [ortLibrary, ...pluginLibraries].join(" and ");
  const others = offers.length === 0 ? "cpu alone" : offers.map(({ accelerator }) => accelerator).join(", ");
  throw new MavsegError("PROVIDER_UNAVAILABLE", {
    expected: `${wanted} to be offered by ${places}`,
    // A plugin is known by its devices alone: one that finds none offers nothing.
    actual: pluginLibraries.length === 0 ? others : `${others}; the plugins find no device for it`,
    hint: remedyFor(wanted, isJetson),
  });
}

/** What to do where an accelerator cannot be had. */
export function remedyFor(accelerator: Accelerator, isJetson: boolean): string {
  const onJetson = isJetson ? JETSON_REMEDIES[accelerator] : undefined;
  return onJetson ?? ACCELERATORS[accelerator].remedy;
}

const JETPACK =
  "Give --ort-library the path of an onnxruntime that was built with CUDA and TensorRT for this board's JetPack; docs/providers.md says where such builds are.";

const JETSON_REMEDIES: Partial<Record<Accelerator, string>> = { cuda: JETPACK, tensorrt: JETPACK };
