import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import { formatAddress } from "./address.js";
import { type BatchRequest, type PlannedRecording, planBatch } from "./plan-batch.js";
import { RECORDING, RECORDING_OPTIONS } from "./queue/job-names.js";
import { connectQueue } from "./queue/load-queue.js";
import type { RecordingJob, RecordingResult, RecordingTask } from "./task.js";

/** The queue is asked that often how far the recordings are. */
const ASK_EVERY_MS = 500;
/** Tells the chunks of this run from those of one that failed. */
const RUN_DIGITS = 8;

export interface BatchProgress {
  readonly recordings: number;
  /** Of them, with or without success. */
  readonly ended: number;
  readonly failed: number;
  readonly chunks: number;
  readonly finishedChunks: number;
  readonly workers: number;
}

export interface BatchWatcher {
  /** Told every half second. */
  readonly progress: (progress: BatchProgress) => void;
  readonly log: (message: string) => void;
  /** Ends the waiting; workers go on. */
  readonly signal: AbortSignal;
}

/** How one recording of a batch ended. */
export interface RecordingOutcome {
  readonly name: string;
  readonly input: string;
  readonly out: string;
  /** `waiting`: not ended when the waiting was. `finishedBefore`: by an earlier batch. */
  readonly state: "finished" | "finishedBefore" | "failed" | "waiting";
  readonly frames: number;
  /** Places of the recording that could not be decoded; they are listed in damage.jsonl. */
  readonly damage: number;
  /** Code and message, of those that failed. */
  readonly error?: string;
}

/**
 * Puts recordings into a queue and waits for their end. What is there already, from this batch begun before, is waited for
 * and not done twice.
 * @throws MavsegError `QUEUE_CLIENT_MISSING`, `QUEUE_UNREACHABLE`, and those of planBatch
 */
export async function runBatch(
  server: { readonly queue: string; readonly queueName: string },
  request: BatchRequest,
  watcher: BatchWatcher,
): Promise<RecordingOutcome[]> {
  const { bullmq, connection } = await connectQueue(server.queue, watcher.log);
  const queue: Queue = new bullmq.Queue(server.queueName, { connection });
  // Faults of the connection are told by the connection.
  queue.on("error", () => {});
  try {
    const watch = new BatchWatch(queue, watcher);
    for await (const planned of planBatch(request)) {
      if (planned.state === "failed") watcher.log(`left out: ${describe(planned)}`);
      if (planned.state === "wanted") await submit(queue, planned.key, planned.task);
      watch.add(planned);
      if (watcher.signal.aborted) break;
    }
    return await watch.wait();
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

function describe({ entry, error }: Extract<PlannedRecording, { readonly state: "failed" }>): string {
  return `${formatAddress(entry.address)}: ${error.code}: ${error.message}`;
}

/** The same recording has the same number in the queue, so it is not there twice. */
async function submit(queue: Queue, key: string, task: RecordingTask): Promise<void> {
  const earlier: Job | undefined = await queue.getJob(key);
  if (earlier !== undefined) {
    const state = await earlier.getState();
    if (state !== "completed" && state !== "failed" && state !== "unknown") return;
    // It failed, or its outputs are not there any more: chunks that are finished are in the storage.
    await earlier.remove();
  }
  const data: RecordingJob = { task, run: randomUUID().slice(0, RUN_DIGITS) };
  await queue.add(RECORDING, data, { ...RECORDING_OPTIONS, jobId: key });
}

/** Follows the recordings of a batch. */
class BatchWatch {
  readonly #queue: Queue;
  readonly #watcher: BatchWatcher;
  readonly #outcomes: RecordingOutcome[] = [];
  /** Those that have not ended, with their places among the outcomes. */
  readonly #waiting = new Map<string, number>();
  readonly #chunks = new Map<string, { readonly all: number; readonly finished: number }>();

  constructor(queue: Queue, watcher: BatchWatcher) {
    this.#queue = queue;
    this.#watcher = watcher;
  }

  add(planned: PlannedRecording): void {
    if (planned.state === "failed") {
      const { address, name } = planned.entry;
      const error = `${planned.error.code}: ${planned.error.message}`;
      const input = formatAddress(address);
      this.#outcomes.push({ name, input, out: "", state: "failed", frames: 0, damage: 0, error });
      return;
    }
    const { name, input, out } = planned.task;
    const places = { name, input: formatAddress(input), out: formatAddress(out) };
    const state = planned.state === "finished" ? "finishedBefore" : "waiting";
    if (planned.state === "wanted") this.#waiting.set(planned.key, this.#outcomes.length);
    this.#outcomes.push({ ...places, state, frames: 0, damage: 0 });
  }

  async wait(): Promise<RecordingOutcome[]> {
    const { signal, progress } = this.#watcher;
    while (this.#waiting.size > 0 && !signal.aborted) {
      await Promise.all([...this.#waiting.keys()].map((key) => this.#look(key)));
      progress(await this.#progress());
      if (this.#waiting.size > 0) await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
    return this.#outcomes;
  }

  async #look(key: string): Promise<void> {
    const job: Job<RecordingJob, RecordingResult> | undefined = await this.#queue.getJob(key);
    if (job === undefined) {
      this.#end(key, { state: "failed", error: "it was taken out of the queue" });
      return;
    }
    const state = await job.getState();
    if (state === "completed") this.#end(key, { state: "finished", ...job.returnvalue });
    else if (state === "failed") this.#end(key, { state: "failed", error: job.failedReason });
    else {
      const { processed = 0, unprocessed = 0 } = await job.getDependenciesCount();
      this.#chunks.set(key, { all: processed + unprocessed, finished: processed });
    }
  }

  #end(key: string, end: Partial<RecordingOutcome>): void {
    const place = this.#waiting.get(key) as number;
    const outcome = { ...(this.#outcomes[place] as RecordingOutcome), ...end };
    this.#outcomes[place] = outcome;
    this.#waiting.delete(key);
    const all = this.#chunks.get(key)?.all ?? 0;
    this.#chunks.set(key, { all, finished: all });
    if (outcome.state === "failed") this.#watcher.log(`failed: ${outcome.input}: ${outcome.error}`);
  }

  async #progress(): Promise<BatchProgress> {
    const chunks = [...this.#chunks.values()];
    return {
      recordings: this.#outcomes.length,
      ended: this.#outcomes.length - this.#waiting.size,
      failed: this.#outcomes.filter(({ state }) => state === "failed").length,
      chunks: chunks.reduce((sum, { all }) => sum + all, 0),
      finishedChunks: chunks.reduce((sum, { finished }) => sum + finished, 0),
      workers: await this.#queue.getWorkersCount(),
    };
  }
}
