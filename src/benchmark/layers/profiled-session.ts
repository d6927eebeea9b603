import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { TensorData } from "../../engine/reference/input-tensor.js";
import { type ProfiledNode, readProfile } from "./ort-profile.js";

export interface ProfiledRun {
  /** The model's bytes, or its path where weights lie beside it. */
  readonly model: Uint8Array | string;
  readonly input: { readonly name: string; readonly data: TensorData; readonly dims: readonly number[] };
  readonly threads: number;
  readonly runs: number;
}

/** onnxruntime's level for messages on stderr: none but fatal ones, since every error is thrown as well. */
const LOG_FATAL = 4;

/**
 * Runs a model under onnxruntime's profiler, set up as the native engine sets it up: the CPU, threads that do not spin.
 * Blocks the thread while it runs.
 * @throws Error of onnxruntime; MavsegError `INFERENCE_FAILED` for a profile that cannot be read
 */
export async function runProfiled({ model, input, threads, runs }: ProfiledRun): Promise<ProfiledNode[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "mavseg-profile-"));
  try {
    const session = await createSession(model, folder, threads);
    const tensor = toTensor(input.data, input.dims);
    const output = session.outputNames[0]!;
    let fetched: Tensor | null = null;
    for (let run = 0; run < runs; run++) {
      fetched = (await session.run({ [input.name]: tensor }, { [output]: fetched }))[output] as Tensor;
    }
    session.endProfiling();
    await session.release();
    const [file] = await readdir(folder);
    return readProfile(await readFile(path.join(folder, file!), "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function createSession(model: Uint8Array | string, folder: string, threads: number) {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    logSeverityLevel: LOG_FATAL,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    enableProfiling: true,
    profileFilePrefix: path.join(folder, "profile"),
  };
  return typeof model === "string"
    ? await InferenceSession.create(model, options)
    : await InferenceSession.create(model, options);
}

function toTensor(data: TensorData, dims: readonly number[]): Tensor {
  if (data instanceof Float32Array) return new Tensor("float32", data, dims);
  return data instanceof Uint8Array ? new Tensor("uint8", data, dims) : new Tensor("float16", data, dims);
}
