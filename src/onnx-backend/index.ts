/**
 * Runs onnxruntime-common's `InferenceSession` on threads of its own, so that the JS thread never waits for a net:
 *
 * ```ts
 * import "mavseg/onnx-backend";
 * import { InferenceSession, Tensor } from "onnxruntime-common";
 * const session = await InferenceSession.create("model.onnx");
 * ```
 *
 * docs/onnx-backend.md says what is supported.
 */
import { createRequire } from "node:module";
import { type Backend, registerBackend } from "onnxruntime-common";
import { type BackendSettings, MavsegBackend } from "./backend.js";
import { optionInvalid } from "./backend-errors.js";

export type { BackendSettings } from "./backend.js";

/** A copy of onnxruntime-common, or a package that re-exports it, such as onnxruntime-node. */
export interface BackendRegistry {
  registerBackend(name: string, backend: Backend, priority: number): void;
}

export interface RegisterOptions extends BackendSettings {
  /** Copies of onnxruntime-common that another package brings along; those of this package are always served. */
  readonly registries?: readonly BackendRegistry[] | undefined;
}

/** Above onnxruntime-node's 100: where nobody asks for a provider, the highest takes the session. */
const PRIORITY = 200;

const backend = new MavsegBackend();

// Programs that `require` it, onnxruntime-node among them, have another copy with another list of backends than those
// that import it.
const required = createRequire(import.meta.url)("onnxruntime-common") as BackendRegistry;

/**
 * Sets what new sessions use, in this thread of JavaScript. Importing this module has registered the backend already,
 * under the names `mavseg` and, unless onnxruntime-node was imported first, `cpu`.
 * @throws MavsegError `ONNX_OPTION_INVALID`
 */
export function registerMavsegBackend(options: RegisterOptions = {}): void {
  const { library, threads, registries = [] } = options;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw optionInvalid("threads to be a whole number above 0", String(threads));
  }
  backend.settings = { library, threads };
  for (const registry of [{ registerBackend }, required, ...registries]) {
    // In this order: where `cpu` is another backend's, registering it again moves that one to the front.
    registry.registerBackend("cpu", backend, PRIORITY);
    registry.registerBackend("mavseg", backend, PRIORITY);
  }
}

registerMavsegBackend();
