import { rm } from "node:fs/promises";
import type { Job, Queue, Worker } from "bullmq";
import { MavsegError } from "../errors.js";
import { CHUNK, CHUNK_OPTIONS, JOIN_PRIORITY, RECORDING } from "./queue/job-names.js";
import { connectQueue, type QueueServer } from "./queue/load-queue.js";
import type { ChunkJob, RecordingJob, RecordingResult } from "./task.js";
import { FleetEngine, type MachineOptions } from "./work/fleet-engine.js";
import { RecordingWork } from "./work/recording-work.js";

export interface WorkerOptions {
  readonly queue: string;
  readonly queueName: string;
  /** After so long without a sign of life, a worker counts as dead. */
  readonly lockMs: number;
  /** Folder on a local disk for what is on its way to or from a bucket; removed at the end. */
  readonly scratch: string;
  readonly engine: MachineOptions;
  readonly log: (fields: object, message: string) => void;
  readonly signal: AbortSignal;
}

/** A chunk that took that many workers with it is given up: it would take all. */
const MAX_DEATHS = 5;
/** Work that this worker cannot do waits so long: another one takes it, or this one after it was mended. */
const GIVE_BACK_MS = 1000;

/**
 * Takes work from the queue until the signal aborts; what is at hand then is given back.
 * @throws MavsegError `QUEUE_CLIENT_MISSING`, `QUEUE_UNREACHABLE`, and the reason where this worker cannot do what a batch
 *   asks for
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { log } = options;
  const server = await connectQueue(options.queue, (message) => log({}, message));
  try {
    await new FleetWorker(options, server).run();
  } finally {
    server.connection.disconnect();
  }
}

class FleetWorker {
  readonly #options: WorkerOptions;
  readonly #server: QueueServer;
  readonly #queue: Queue;
  readonly #worker: Worker;
  readonly #engine: FleetEngine;
  #unfit: unknown;
  #stop: () => void = () => {};

  constructor(options: WorkerOptions, server: QueueServer) {
    const { lockMs, queueName, log } = options;
    const { bullmq, connection } = server;
    this.#options = options;
    this.#server = server;
    this.#engine = new FleetEngine(options.engine, options.scratch);
    this.#queue = new bullmq.Queue(queueName, { connection });
    const process = (job: Job, token?: string, signal?: AbortSignal) =>
      this.#process(job, token as string, signal as AbortSignal);
    this.#worker = new bullmq.Worker(queueName, process, {
      connection,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MAX_DEATHS,
    });
    // A fault of the connection is told by the connection; a lock that is lost stops the work, below.
    this.#worker.on("error", () => {});
    this.#queue.on("error", () => {});
    this.#worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) this.#worker.cancelJob(id, "another worker has it now");
    });
    this.#worker.on("stalled", (id) => log({ job: id }, "a worker died; its work is in the queue again"));
    this.#worker.on("failed", (job, error) => log({ ...whatOf(job), error: error.message }, "failed"));
  }

  async run(): Promise<void> {
    const { signal, log, queueName } = this.#options;
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    signal.addEventListener("abort", this.#stop, { once: true });
    if (signal.aborted) this.#stop();
    const running = this.#worker.run();
    log({ queue: queueName }, "waiting for work");
    await stopped;
    this.#worker.cancelAllJobs("the worker ends");
    await this.#worker.close();
    await running;
    await this.#queue.close();
    await this.#engine.close();
    await rm(this.#options.scratch, { recursive: true, force: true });
    if (this.#unfit !== undefined) throw this.#unfit;
  }

  async #process(job: Job, token: string, signal: AbortSignal): Promise<unknown> {
    const { scratch, log } = this.#options;
    const { task } = job.data as RecordingJob | ChunkJob;
    const warn = (message: string) => log(whatOf(job), message);
    try {
      const engine = await this.#fitEngine(task);
      const work = new RecordingWork(task, { engine, scratch, warn, signal });
      log(whatOf(job), "began");
      const result =
        job.name === CHUNK ? await this.#chunk(job, work) : await this.#recording(job, work, token);
      log(whatOf(job), "done");
      return result;
    } catch (error) {
      if (error instanceof this.#server.bullmq.WaitingChildrenError) throw error;
      if (this.#unfit !== undefined || this.#options.signal.aborted) {
        await job.moveToDelayed(Date.now() + GIVE_BACK_MS, token);
        throw new this.#server.bullmq.DelayedError();
      }
      if (error instanceof MavsegError) throw new Error(`${error.code}: ${error.message}`);
      // A signal's reason is a text.
      throw error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Where there is none, this worker ends: another one may be fit, and this one would take all work in vain. */
  async #fitEngine(task: RecordingJob["task"]) {
    try {
      return await this.#engine.get(task);
    } catch (error) {
      this.#unfit = error;
      this.#stop();
      throw error;
    }
  }

  async #chunk(job: Job, work: RecordingWork): Promise<object> {
    await work.runChunk((job.data as ChunkJob).cut);
    return {};
  }

  async #recording(job: Job, work: RecordingWork, token: string): Promise<RecordingResult> {
    const { UnrecoverableError, WaitingChildrenError } = this.#server.bullmq;
    let { whole } = job.data as RecordingJob;
    if (whole === undefined) {
      whole = await this.#cut(job, work);
      await job.updateData({ ...job.data, whole });
      await job.changePriority({ priority: JOIN_PRIORITY });
    }
    const [failure] = Object.values(await job.getIgnoredChildrenFailures());
    if (failure !== undefined) {
      await job.removeUnprocessedChildren();
      throw new UnrecoverableError(failure);
    }
    if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    const { chunks, ...result } = whole;
    await work.join(chunks);
    return result;
  }

  /** Each chunk is in the queue as soon as it is known, so that others begin with it. */
  async #cut(job: Job, work: RecordingWork): Promise<NonNullable<RecordingJob["whole"]>> {
    const { task, run } = job.data as RecordingJob;
    const parent = { id: job.id as string, queue: job.queueQualifiedName };
    let whole = { chunks: 0, frames: 0, damage: 0 };
    for await (const cut of work.cut()) {
      const data: ChunkJob = { task, cut };
      const jobId = `${job.id}-${run}-${cut.index}`;
      await this.#queue.add(CHUNK, data, { ...CHUNK_OPTIONS, jobId, parent });
      const { chunks, frames, damage } = whole;
      whole = { chunks: chunks + 1, frames: frames + cut.frames, damage: damage + cut.damage.length };
    }
    return whole;
  }
}

function whatOf(job: Job | undefined): object {
  if (job === undefined) return {};
  const { task } = job.data as RecordingJob;
  if (job.name === RECORDING) return { recording: task.name };
  return { recording: task.name, chunk: (job.data as ChunkJob).cut.index };
}
