import { access, constants } from "node:fs/promises";
import type { Backend, InferenceSession } from "onnxruntime-common";
import { toMavsegError } from "../engine/native/addon-error.js";
import { findOrtLibrary } from "../engine/native/ort-library.js";
import { MavsegError } from "../errors.js";
import { loadTensorSession } from "./native-session.js";
import { SessionHandler } from "./session-handler.js";
import { readSessionOptions } from "./session-options.js";

export interface BackendSettings {
  /** Path of libonnxruntime; left out, the one of the package onnxruntime-node. */
  readonly library?: string | undefined;
  /** Threads of a run where `intraOpNumThreads` is not given; left out, one per physical core. */
  readonly threads?: number | undefined;
}

/** The backend that onnxruntime-common is given. There is one per thread of JavaScript. */
export class MavsegBackend implements Backend {
  /** For sessions that are created from now on. */
  settings: BackendSettings = {};

  /** @throws MavsegError `ENGINE_UNAVAILABLE`, upon which onnxruntime-common tries the next backend */
  async init(): Promise<void> {
    loadTensorSession();
  }

  /**
   * Loads a model on a thread of its own.
   * @throws MavsegError `MODEL_CORRUPT` with onnxruntime's message, `INPUT_UNREADABLE`, `ONNX_OPTION_INVALID`,
   *   `ORT_LIBRARY_UNUSABLE`
   */
  async createInferenceSessionHandler(
    model: string | Uint8Array,
    options: InferenceSession.SessionOptions = {},
  ): Promise<SessionHandler> {
    const TensorSession = loadTensorSession();
    const { library, threads } = this.settings;
    const read = readSessionOptions(options, threads);
    const ortLibrary = findOrtLibrary(library);
    if (typeof model === "string") await checkReadable(model);
    const session = new TensorSession({ ...read, ortLibrary, model });
    try {
      const { inputs, outputs } = await session.ready();
      return new SessionHandler(session, inputs, outputs);
    } catch (cause) {
      throw toMavsegError(cause, {
        MODEL_CORRUPT: "a model that onnxruntime can load",
        ORT_LIBRARY_UNUSABLE: `onnxruntime 1.22 or newer at ${ortLibrary}`,
      });
    }
  }
}

async function checkReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new MavsegError("INPUT_UNREADABLE", {
      expected: `a model at ${file}`,
      actual: (cause as Error).message,
      cause,
    });
  }
}
