import { MavsegError } from "../errors.js";
import type { LoadedModel } from "../model/load-model.js";
import { type TemporalChoice, type TemporalSettings, temporalSettings } from "../temporal/settings.js";
import type { Engine } from "./engine.js";
import { PROVIDER_CHOICES, type ProviderRequest } from "./providers/provider.js";

export const ENGINES = ["auto", "native", "reference"] as const;
export type EngineChoice = (typeof ENGINES)[number];

export interface EngineOptions {
  /**
   * `native`: the addon. `reference`: sharp and onnxruntime-node in a worker thread. `auto` (the default): native, or
   * reference where native is not built for this machine or does not take the model.
   */
  readonly engine?: EngineChoice | undefined;
  /** Threads of one run of the net; left out, one per physical core. */
  readonly threads?: number | undefined;
  /**
   * What the net runs on. `auto` (the default) takes the best accelerator that the machine has, that gives the CPU's
   * mask and is not slower, else the CPU; docs/providers.md says more. One that breaks while running is left for the CPU.
   */
  readonly executionProvider?: ProviderRequest | undefined;
  /** Paths of execution-provider plugins; for the native engine only. */
  readonly providerLibraries?: readonly string[] | undefined;
  /** Options of the provider, by onnxruntime's names; for the native engine only. */
  readonly providerOptions?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether masks should carry their run lengths, see `Mask.runLengths`. The native engine finds them while it writes a
   * mask; the reference engine would have to read it once more, so it leaves them out.
   */
  readonly runLengths?: boolean | undefined;
  /**
   * Whether what earlier frames said counts too, and how much: masks flicker less; docs/temporal.md. Frames must come in
   * their order, from one camera. Left out, each mask is of its frame alone. Not for nets that give class ids.
   */
  readonly temporal?: TemporalChoice | undefined;
  /** Path of another libonnxruntime (1.22 or newer) than that of onnxruntime-node; for the native engine only. */
  readonly ortLibrary?: string | undefined;
  /** Told why `auto` took the reference engine or refused a provider, and when a provider breaks. */
  readonly log?: ((message: string) => void) | undefined;
  /** Told every few seconds, while a provider takes long to prepare the net. */
  readonly progress?: ((message: string) => void) | undefined;
}

/** With what `temporal` stands for. */
type FullOptions = Omit<EngineOptions, "temporal"> & { readonly temporal: TemporalSettings | undefined };

/** More threads than any board or workstation has cores: a larger number is a mistake. */
const MAX_THREADS = 256;

/**
 * Gives a model to an engine. The first frame of a size is slower than the next: warm up with one where that matters.
 * @throws MavsegError `USAGE` for unknown options and `temporal` with a net that gives class ids, `MODEL_CORRUPT` where the engine refuses the model,
 *   `ENGINE_UNAVAILABLE` where `native` was asked for and cannot be loaded, `ORT_LIBRARY_UNUSABLE`,
 *   `PROVIDER_UNAVAILABLE` where an accelerator was asked for and cannot be had, `PROVIDER_LIBRARY_UNUSABLE`
 */
export async function createEngine(model: LoadedModel, options: EngineOptions = {}): Promise<Engine> {
  checkEngineOptions(options);
  const { engine = "auto" } = options;
  const full = { ...options, temporal: checkedTemporal(model, options) };
  if (engine === "reference") return createReference(model, full);
  try {
    return await createNative(model, full);
  } catch (error) {
    if (engine === "native" || namesWhatOnlyNativeHas(options)) throw error;
    const reference = await createReference(model, full);
    options.log?.(`the reference engine runs this model, several times slower: ${(error as Error).message}`);
    return reference;
  }
}

function checkedTemporal({ manifest }: LoadedModel, options: EngineOptions): TemporalSettings | undefined {
  const settings = temporalSettings(options.temporal, manifest.classes.length);
  if (settings !== undefined && manifest.output.kind === "class-ids") {
    throw usage("a net that gives scores with temporal", `${manifest.name}, which gives class ids`);
  }
  return settings;
}

/** Whoever names a library or an accelerator wants that one, not a silent replacement. */
function namesWhatOnlyNativeHas(options: EngineOptions): boolean {
  const { executionProvider = "auto", ortLibrary, providerLibraries = [] } = options;
  const isAccelerator = executionProvider !== "auto" && executionProvider !== "cpu";
  return isAccelerator || ortLibrary !== undefined || providerLibraries.length > 0;
}

// Each engine is loaded when it is wanted: the other one's libraries would cost memory and time at the start.

async function createNative(model: LoadedModel, options: FullOptions): Promise<Engine> {
  const { openEngine } = await import("./providers/open-engine.js");
  return openEngine(model, { ...options, executionProvider: options.executionProvider ?? "auto" });
}

async function createReference(model: LoadedModel, options: FullOptions): Promise<Engine> {
  const { threads, temporal, executionProvider = "auto" } = options;
  const { ReferenceEngine } = await import("./reference/reference-engine.js");
  return ReferenceEngine.create(model, {
    threads,
    temporal,
    executionProvider: executionProvider === "auto" ? "cpu" : executionProvider,
  });
}

function checkEngineOptions(options: EngineOptions): void {
  const { engine = "auto", executionProvider = "auto", threads } = options;
  if (!ENGINES.includes(engine)) throw usage("the engine auto, native or reference", engine);
  if (!PROVIDER_CHOICES.includes(executionProvider)) {
    throw usage(`one of the execution providers ${PROVIDER_CHOICES.join(", ")}`, executionProvider);
  }
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)) {
    throw usage(`1..${MAX_THREADS} threads`, String(threads));
  }
  if (engine === "reference") checkReferenceOptions(options);
  const isOnCpu = executionProvider === "auto" || executionProvider === "cpu";
  // Their names differ from provider to provider: what one takes, another refuses.
  if (isOnCpu && Object.keys(options.providerOptions ?? {}).length > 0) {
    throw usage("an execution provider by name along with options for it", executionProvider);
  }
}

/** What onnxruntime-node takes by the same name, apart from `auto`, which means the CPU there. */
const REFERENCE_PROVIDERS: readonly ProviderRequest[] = ["auto", "cpu", "webgpu", "cuda", "tensorrt"];

function checkReferenceOptions(options: EngineOptions): void {
  const { executionProvider = "auto", ortLibrary, providerLibraries = [], providerOptions = {} } = options;
  if (!REFERENCE_PROVIDERS.includes(executionProvider)) {
    throw usage(`one of ${REFERENCE_PROVIDERS.join(", ")} with the engine reference`, executionProvider);
  }
  if (Object.keys(providerOptions).length > 0) {
    throw usage("no provider options with the engine reference", Object.keys(providerOptions).join(", "));
  }
  if (ortLibrary !== undefined) throw usage("no ortLibrary with the engine reference", ortLibrary);
  if (providerLibraries.length > 0) {
    throw usage("no provider libraries with the engine reference", providerLibraries.join(", "));
  }
}

function usage(expected: string, actual: string): MavsegError {
  return new MavsegError("USAGE", { expected, actual });
}
