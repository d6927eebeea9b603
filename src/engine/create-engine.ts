import { MavsegError } from "../errors.js";
import type { LoadedModel } from "../model/load-model.js";
import type { Engine } from "./engine.js";
import { ReferenceEngine } from "./reference/reference-engine.js";

export interface EngineOptions {
  /** `reference` (the default): sharp and onnxruntime-node in a worker thread. */
  readonly engine?: "reference" | undefined;
  /** Threads of one run of the net; left out, one per physical core. */
  readonly threads?: number | undefined;
  /** `cpu`, the default. */
  readonly executionProvider?: "cpu" | undefined;
}

/** More threads than any board or workstation has cores: a larger number is a mistake. */
const MAX_THREADS = 256;

/**
 * Gives a model to an engine. The first frame of a size is slower than the next: warm up with one where that matters.
 * @throws MavsegError `USAGE` for unknown options, `MODEL_CORRUPT` where the engine refuses the model
 */
export async function createEngine(model: LoadedModel, options: EngineOptions = {}): Promise<Engine> {
  const { engine = "reference", executionProvider = "cpu", threads } = options;
  if (engine !== "reference") throw usage("the engine reference", engine);
  if (executionProvider !== "cpu") throw usage("the execution provider cpu", executionProvider);
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)) {
    throw usage(`1..${MAX_THREADS} threads`, String(threads));
  }
  return ReferenceEngine.create(model, { threads });
}

function usage(expected: string, actual: string): MavsegError {
  return new MavsegError("USAGE", { expected, actual });
}
