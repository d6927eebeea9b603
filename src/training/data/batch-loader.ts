import { Worker } from "node:worker_threads";
import { MavsegError } from "../../errors.js";
import type { Batch, BatchOrder, BatchReply, BatchWorkerData } from "./batch-messages.js";

/** Batches made ahead: one in the making while one waits evens out crops of different cost. */
const AHEAD = 3;

/** Gives the batches of consecutive steps, made ahead by a worker thread. */
export class BatchLoader {
  readonly #worker: Worker;
  readonly #ready: Batch[] = [];
  #nextOrder: number;
  #waiting: { resolve: (batch: Batch) => void; reject: (error: Error) => void } | null = null;
  #failure: Error | null = null;

  private constructor(worker: Worker, firstStep: number) {
    this.#worker = worker;
    this.#nextOrder = firstStep;
    worker.on("message", (reply: BatchReply) => this.#receive(reply));
    worker.on("error", (error) => this.#fail(error));
    for (let ahead = 0; ahead < AHEAD; ahead++) this.#order(null);
  }

  /**
   * Reads all frames, then starts making batches.
   * @param onProgress called with the number of frames read
   */
  static async start(
    data: BatchWorkerData,
    firstStep: number,
    onProgress: (done: number) => void = () => {},
  ): Promise<BatchLoader> {
    const worker = new Worker(new URL("./batch-worker.js", import.meta.url), { workerData: data });
    await new Promise<void>((resolve, reject) => {
      worker.once("error", reject);
      const listen = (reply: BatchReply) => {
        if (reply.kind === "progress") return onProgress(reply.done);
        worker.off("message", listen);
        worker.off("error", reject);
        if (reply.kind === "failed") reject(toError(reply));
        else resolve();
      };
      worker.on("message", listen);
    });
    return new BatchLoader(worker, firstStep);
  }

  /** The next step's batch. */
  next(): Promise<Batch> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const batch = this.#ready.shift();
    if (batch !== undefined) return Promise.resolve(batch);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Gives a batch's buffers back; it must not be used afterwards. */
  recycle(batch: Batch): void {
    this.#order({ images: batch.images, counts: batch.counts });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #order(recycled: BatchOrder["recycled"]): void {
    const order: BatchOrder = { step: this.#nextOrder++, recycled };
    this.#worker.postMessage(
      order,
      recycled === null ? [] : [recycled.images.buffer as ArrayBuffer, recycled.counts.buffer as ArrayBuffer],
    );
  }

  #receive(reply: BatchReply): void {
    if (reply.kind === "failed") this.#fail(toError(reply));
    if (reply.kind !== "batch") return;
    if (this.#waiting !== null) {
      this.#waiting.resolve(reply.batch);
      this.#waiting = null;
    } else {
      this.#ready.push(reply.batch);
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

/** An error of the table keeps its code on its way between threads. */
function toError(reply: Extract<BatchReply, { kind: "failed" }>): Error {
  return reply.code === null ? new Error(reply.message) : new MavsegError(reply.code, reply.detail);
}
