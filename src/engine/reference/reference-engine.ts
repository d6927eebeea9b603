import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
// Both are used in the worker only. Loading them here too keeps their shared libraries mapped when a worker ends:
// unloading libvips or onnxruntime while their own threads still run crashes the process (sharp's documentation,
// "Worker threads").
import "onnxruntime-node";
import "sharp";
import type { Frame } from "../../core/frame.js";
import { checkFrame } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import { MavsegError } from "../../errors.js";
import type { LoadedModel } from "../../model/load-model.js";
import { decodeModel } from "../../model/onnx-proto.js";
import { Continuity } from "../../temporal/continuity.js";
import type { TemporalSettings } from "../../temporal/settings.js";
import type { Engine } from "../engine.js";
import { chooseLayout } from "../layout.js";
import type { RunnerOptions } from "./reference-runner.js";
import { errorFromMessage, type FromWorker, type ToWorker } from "./worker-messages.js";

interface Pending {
  readonly frame: Frame;
  readonly resolve: (mask: Mask) => void;
  readonly reject: (error: MavsegError) => void;
}

/** Frame buffers kept for reuse: as many as frames are in flight in the pipeline and in `mavseg eval`. */
const MAX_SPARE_BUFFERS = 2;

/** sharp and onnxruntime-node in a worker thread: the engine that the others are measured against. */
export class ReferenceEngine implements Engine {
  readonly name = "reference";
  readonly executionProvider: string;
  readonly manifest: LoadedModel["manifest"];
  readonly modelSha256: string;
  readonly temporal: TemporalSettings | undefined;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #spare: ArrayBuffer[] = [];
  readonly #exited: Promise<void>;
  readonly #continuity = new Continuity();
  #nextId = 0;
  #stopped: MavsegError | undefined;
  #closing: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  private constructor(model: LoadedModel, worker: Worker, options: RunnerOptions) {
    this.executionProvider = options.executionProvider;
    this.temporal = options.temporal;
    this.manifest = model.manifest;
    this.modelSha256 = model.sha256;
    this.#worker = worker;
    this.#exited = new Promise((resolve) => worker.once("exit", () => resolve()));
    worker.on("message", (message: FromWorker) => this.#receive(message));
    worker.on("error", (cause) => this.#stop(`its worker failed: ${cause.message}`, cause));
    worker.once("exit", (code) => this.#stop(`its worker ended with code ${code}`));
    // An engine that nobody closed must not keep a program alive; #send holds the worker while it works.
    worker.unref();
  }

  /**
   * Starts the worker and loads the model in it.
   * @param options `threads` of one run; left out, onnxruntime takes one per physical core. `executionProvider` by
   *   onnxruntime-node's name; left out, the CPU. `temporal`: how earlier frames count
   * @throws MavsegError `MODEL_CORRUPT` where onnxruntime refuses the model on the CPU, `PROVIDER_UNAVAILABLE` where it
   *   does so on another provider, `ENGINE_STOPPED`
   */
  static async create(
    model: LoadedModel,
    options: {
      readonly threads?: number | undefined;
      readonly executionProvider?: string;
      readonly temporal?: TemporalSettings | undefined;
    } = {},
  ): Promise<ReferenceEngine> {
    const { threads, temporal, executionProvider = "cpu" } = options;
    const workerData: RunnerOptions = {
      model: model.hasExternalWeights ? model.path : model.bytes,
      manifest: model.manifest,
      threads,
      temporal,
      executionProvider,
      layout: executionProvider === "cpu" ? chooseLayout(decodeModel(model.bytes)) : "blocked",
    };
    const worker = new Worker(workerFile(), { workerData });
    await started(worker);
    return new ReferenceEngine(model, worker, workerData);
  }

  async segment(frame: Frame): Promise<Mask> {
    if (this.#closing !== undefined) throw stopped("it was closed");
    if (this.#stopped !== undefined) throw this.#stopped;
    checkFrame(frame);
    return new Promise((resolve, reject) => this.#send({ frame, resolve, reject }));
  }

  forget(): void {
    this.#continuity.forget();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Whoever waits for the end must not be cut off by the end of the program.
    this.#worker.ref();
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    if (this.#stopped === undefined) this.#post({ type: "close" });
    await this.#exited;
  }

  #send(pending: Pending): void {
    const { width, height, step, encoding, data } = pending.frame;
    // The only copy of a frame: its bytes stay the caller's, who may hold them in a socket's or camera's buffer that
    // cannot be handed to another thread. The copy goes there and back without further copies.
    const buffer = this.#takeBuffer(data.byteLength);
    const copy = new Uint8Array(buffer, 0, data.byteLength);
    copy.set(data);
    const id = this.#nextId++;
    if (this.#pending.size === 0) this.#worker.ref();
    this.#pending.set(id, pending);
    const goesOn = this.#continuity.follows(pending.frame);
    const frame = { width, height, step, encoding, data: copy };
    this.#post({ type: "segment", id, frame, goesOn }, [buffer]);
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #takeBuffer(bytes: number): ArrayBuffer {
    const spare = this.#spare.pop();
    return spare !== undefined && spare.byteLength >= bytes ? spare : new ArrayBuffer(bytes);
  }

  #receive(message: FromWorker): void {
    if (message.type !== "mask" && message.type !== "frame-failed") return;
    if (this.#spare.length < MAX_SPARE_BUFFERS) this.#spare.push(message.returned);
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#forget(message.id);
    if (message.type === "frame-failed") pending.reject(errorFromMessage(message.error, "INFERENCE_FAILED"));
    else {
      const { seq, stamp, frameId, width, height } = pending.frame;
      const { mask: data, objects, timing } = message;
      pending.resolve({ seq, stamp, frameId, width, height, data, objects, timing });
    }
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size > 0) return;
    if (this.#closing === undefined) this.#worker.unref();
    this.#whenIdle?.();
  }

  #stop(actual: string, cause?: unknown): void {
    this.#stopped ??= stopped(actual, cause);
    for (const [id, { reject }] of this.#pending) {
      this.#forget(id);
      reject(this.#stopped);
    }
  }
}

/** @returns when the worker has loaded the model */
function started(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: MavsegError) => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMessage = (message: FromWorker) =>
      settle(message.type === "failed" ? errorFromMessage(message.error, "MODEL_CORRUPT") : undefined);
    const onError = (cause: Error) => settle(stopped(`its worker failed to start: ${cause.message}`, cause));
    const onExit = (code: number) =>
      settle(stopped(`its worker ended with code ${code} before it was ready`));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

function stopped(actual: string, cause?: unknown): MavsegError {
  return new MavsegError("ENGINE_STOPPED", { actual, cause });
}

/** Beside this file in the build; sources that run as they are (under a test runner) use the build's worker. */
function workerFile(): URL {
  const beside = new URL("./worker.js", import.meta.url);
  return existsSync(beside) ? beside : new URL("../../../dist/engine/reference/worker.js", import.meta.url);
}
