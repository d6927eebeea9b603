import { createRequire } from "node:module";
import util from "node:util";
import { MavsegError } from "../../errors.js";

/** TensorFlow for Node: the whole of tfjs with the native backend registered. */
export type Tf = typeof import("@tensorflow/tfjs-node");

/** Functions of node:util that tfjs-node 4.22 calls. Node 23 removed them, Node 22 warns on each first use. */
const REMOVED_FROM_UTIL: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: (value) => Array.isArray(value),
};
const FIRST_NODE_THAT_WARNS = 22;

/** What the native library reads from the environment once, when it is loaded. What the user has set stays. */
const DEFAULT_ENVIRONMENT: Readonly<Record<string, string>> = {
  // 2.4 times faster training steps, and dilated convolutions whose gradients are native (decision 0003).
  TF_ENABLE_ONEDNN_OPTS: "1",
  // Leaves errors and drops the banner lines about the processor's instructions.
  TF_CPP_MIN_LOG_LEVEL: "2",
};

let loaded: Tf | undefined;

/**
 * Loads TensorFlow on first use; later calls return the same module, whatever they ask for.
 * @param threads per operation. One by default: the small tensors of a tied net are done before a second thread has
 * woken up, so that a step takes longer with it (`bench/training.mjs`).
 * @throws MavsegError TRAINING_NOT_INSTALLED where the package or its native library is missing or does not load.
 */
export async function loadTensorFlow(threads = 1): Promise<Tf> {
  loaded ??= requireTensorFlow(threads);
  return loaded;
}

function requireTensorFlow(threads: number): Tf {
  process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  for (const [name, value] of Object.entries(DEFAULT_ENVIRONMENT)) process.env[name] ??= value;
  restoreRemovedFunctions();
  try {
    // require, not import: the package is CommonJS that re-exports at run time, so an import sees no names.
    const tf = createRequire(import.meta.url)("@tensorflow/tfjs-node") as Tf;
    if (tf.getBackend() !== "tensorflow") throw new Error(`the backend in use is ${tf.getBackend()}`);
    return tf;
  } catch (cause) {
    throw new MavsegError("TRAINING_NOT_INSTALLED", {
      expected: "@tensorflow/tfjs-node with its native library",
      actual: cause instanceof Error ? cause.message.split("\n", 1)[0]! : String(cause),
      cause,
    });
  }
}

function restoreRemovedFunctions(): void {
  if (Number(process.versions.node.split(".", 1)[0]) < FIRST_NODE_THAT_WARNS) return;
  Object.assign(util, REMOVED_FROM_UTIL);
}
