import { loadAddon } from "../engine/native/addon.js";

/** What native/tensor_conversion.cc reads. */
export interface TensorSessionOptions {
  /** Path of libonnxruntime. */
  readonly ortLibrary: string;
  /** The file's bytes, unchanged until the session is ready, or its path. */
  readonly model: Uint8Array | string;
  /** Threads within one layer, the calling one included, and between layers; 0 leaves it to onnxruntime. */
  readonly intraThreads: number;
  readonly interThreads: number;
  /** onnxruntime's `GraphOptimizationLevel` and `ExecutionMode`. */
  readonly optimization: number;
  readonly executionMode: number;
  readonly usesArena: boolean;
  readonly usesMemoryPattern: boolean;
  /** "" where it is not to be written. */
  readonly optimizedModelPath: string;
  readonly logId: string;
  /** 0 verbose to 4 fatal. */
  readonly logSeverity: number;
  readonly logVerbosity: number;
  readonly freeDimensions: readonly (readonly [name: string, size: number])[];
  readonly config: readonly (readonly [key: string, value: string])[];
}

export interface RunSettings {
  /** "" for none. */
  readonly tag: string;
  /** -1 for the session's. */
  readonly logSeverity: number;
  readonly logVerbosity: number;
  readonly isTerminated: boolean;
  readonly config: readonly (readonly [key: string, value: string])[];
}

/** An input or output of a model. */
export interface ValueInfo {
  readonly name: string;
  /** Code of ONNX's `TensorProto.DataType`; 0 for what is no tensor. */
  readonly element: number;
  /** -1 where the size is free. */
  readonly dims: readonly number[];
  /** Names of free sizes, "" for others. */
  readonly symbols: readonly string[];
}

/** A tensor in memory of ours: the very bytes, or a list of strings. */
export interface TensorPlace {
  /** Of the model's input or output. */
  readonly index: number;
  readonly element: number;
  readonly dims: readonly number[];
  readonly data: Uint8Array | readonly string[];
}

/** An output that onnxruntime shall make. */
export interface UnplacedFetch {
  readonly index: number;
}

export interface ProducedTensor {
  readonly element: number;
  readonly dims: number[];
  readonly data: ArrayBuffer | string[];
}

/** A model in a thread of its own. Failures are errors with a `code` of the error table and onnxruntime's message. */
export interface NativeSession {
  ready(): Promise<{ readonly inputs: readonly ValueInfo[]; readonly outputs: readonly ValueInfo[] }>;
  /**
   * @param feeds read in place: unchanged and untransferred until the end
   * @param fetches written in place where they have a place
   * @returns the tensors of the fetches without a place, in their order
   */
  run(
    feeds: readonly TensorPlace[],
    fetches: readonly (TensorPlace | UnplacedFetch)[],
    settings: RunSettings,
  ): Promise<ProducedTensor[]>;
  /** Finishes what is in flight. */
  close(): Promise<void>;
}

interface Addon {
  readonly TensorSession: new (options: TensorSessionOptions) => NativeSession;
}

/** @throws MavsegError `ENGINE_UNAVAILABLE` */
export function loadTensorSession(): Addon["TensorSession"] {
  return (loadAddon() as unknown as Addon).TensorSession;
}
