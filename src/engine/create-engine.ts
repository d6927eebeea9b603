import { MavsegError } from "../errors.js";
import type { LoadedModel } from "../model/load-model.js";
import type { Engine } from "./engine.js";

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
  /** `cpu`, the default. */
  readonly executionProvider?: "cpu" | undefined;
  /** Path of another libonnxruntime (1.22 or newer) than that of onnxruntime-node; for the native engine only. */
  readonly ortLibrary?: string | undefined;
  /** Told why `auto` took the reference engine, where it did. */
  readonly log?: ((message: string) => void) | undefined;
}

/** More threads than any board or workstation has cores: a larger number is a mistake. */
const MAX_THREADS = 256;

/**
 * Gives a model to an engine. The first frame of a size is slower than the next: warm up with one where that matters.
 * @throws MavsegError `USAGE` for unknown options, `MODEL_CORRUPT` where the engine refuses the model,
 *   `ENGINE_UNAVAILABLE` where `native` was asked for and cannot be loaded, `ORT_LIBRARY_UNUSABLE`
 */
export async function createEngine(model: LoadedModel, options: EngineOptions = {}): Promise<Engine> {
  checkEngineOptions(options);
  const { engine = "auto" } = options;
  if (engine === "reference") return createReference(model, options);
  try {
    return await createNative(model, options);
  } catch (error) {
    // Whoever names a library wants that one, not a silent replacement.
    if (engine === "native" || options.ortLibrary !== undefined) throw error;
    const reference = await createReference(model, options);
    options.log?.(`the reference engine runs this model, several times slower: ${(error as Error).message}`);
    return reference;
  }
}

// Each engine is loaded when it is wanted: the other one's libraries would cost memory and time at the start.

async function createNative(model: LoadedModel, { threads, ortLibrary }: EngineOptions): Promise<Engine> {
  const { NativeEngine } = await import("./native/native-engine.js");
  return NativeEngine.create(model, { threads, ortLibrary });
}

async function createReference(model: LoadedModel, { threads }: EngineOptions): Promise<Engine> {
  const { ReferenceEngine } = await import("./reference/reference-engine.js");
  return ReferenceEngine.create(model, { threads });
}

function checkEngineOptions(options: EngineOptions): void {
  const { engine = "auto", executionProvider = "cpu", threads, ortLibrary } = options;
  if (!ENGINES.includes(engine)) throw usage("the engine auto, native or reference", engine);
  if (executionProvider !== "cpu") throw usage("the execution provider cpu", executionProvider);
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)) {
    throw usage(`1..${MAX_THREADS} threads`, String(threads));
  }
  if (engine === "reference" && ortLibrary !== undefined) {
    throw usage("no ortLibrary with the engine reference", ortLibrary);
  }
}

function usage(expected: string, actual: string): MavsegError {
  return new MavsegError("USAGE", { expected, actual });
}
