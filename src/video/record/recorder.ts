import { existsSync } from "node:fs";
import { setImmediate as nextLoopTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Frame } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import { errorFromMessage } from "../../engine/reference/worker-messages.js";
import { MavsegError } from "../../errors.js";
import { LimitedLog, type Log } from "../../transport/log.js";
import { MaskPixelEncoder } from "../../transport/mask-pixels.js";
import { BufferPool } from "./buffer-pool.js";
import { nameWhole, newRecordFile, type RecordFile } from "./record-file.js";
import type { FromRecordWorker, RecordOptions, ToRecordWorker } from "./record-messages.js";

export interface RecorderOptions extends Omit<RecordOptions, "file"> {
  /** A file that ends in .mcap, or a folder for files named after their beginning. */
  readonly target: string;
  readonly log: Log;
  /** Most bytes of frames on their way to the file; left out, `QUEUE_BYTES`. */
  readonly queueBytes?: number;
}

export interface RecorderCounters {
  /** Frames in the file, each with its mask. */
  readonly frames: number;
  /** Frames left out, since the disk or the processor did not keep up, or the recording had failed. */
  readonly dropped: number;
  /** Bytes of all messages in the file. */
  readonly bytes: number;
}

export interface RecorderSummary extends RecorderCounters {
  /** The recording; it ends in .part where it did not become whole. */
  readonly file: string;
  readonly isWhole: boolean;
}

/** A second of raw grey frames of 1280x1024 at 50 per second: hides what a disk does now and then, and bounds memory. */
const QUEUE_BYTES = 64 * 1024 * 1024;

/**
 * Records frames with their masks to an MCAP file. All work is done by a thread of its own; where that does not keep up,
 * frames are left out of the recording, counted and told: the stream never waits for it.
 */
export class Recorder {
  readonly #file: RecordFile;
  readonly #worker: Worker;
  readonly #pool: BufferPool;
  readonly #log: Log;
  readonly #faults: LimitedLog;
  readonly #encoder = new MaskPixelEncoder();
  readonly #end: Promise<void>;
  #taken = 0;
  #frames = 0;
  #dropped = 0;
  #bytes = 0;
  #isWhole = false;
  #failure: MavsegError | undefined;

  private constructor(worker: Worker, file: RecordFile, options: RecorderOptions) {
    this.#file = file;
    this.#worker = worker;
    this.#log = options.log;
    this.#faults = new LimitedLog(options.log);
    this.#pool = new BufferPool(options.queueBytes ?? QUEUE_BYTES);
    this.#end = new Promise((resolve) => worker.once("exit", () => resolve()));
    worker.on("message", (message: FromRecordWorker) => this.#receive(message));
    worker.on("error", (error) => this.#fail(unwritten(file, error.message)));
  }

  /** @throws MavsegError `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, and `FFMPEG_MISSING` where overlays are wanted */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const { target, classes, model, hasOverlay } = options;
    const file = await newRecordFile(target);
    const workerData: RecordOptions = { file: file.part, classes, model, hasOverlay };
    const worker = new Worker(workerFile(), { workerData });
    await started(worker, file);
    return new Recorder(worker, file, options);
  }

  /** Where the recording will be when it is whole. */
  get file(): string {
    return this.#file.whole;
  }

  get counters(): RecorderCounters {
    const lost = this.#failure === undefined ? 0 : this.#taken - this.#frames;
    return { frames: this.#frames, dropped: this.#dropped + lost, bytes: this.#bytes };
  }

  /**
   * Takes a frame and its mask; returns at once and never throws. The mask is read before this returns, the frame's data
   * in a later turn of the event loop, when the engine is busy with the next frame.
   * @param arrivedMs on the clock of `performance.now()`
   */
  record(frame: Frame, mask: Mask, arrivedMs: number): void {
    const buffer = this.#failure === undefined ? this.#pool.take(frame.data.byteLength) : undefined;
    if (buffer === undefined) {
      this.#drop();
      return;
    }
    this.#taken++;
    const runLengths = this.#encoder.encode(mask, "rle8");
    const { objects } = mask;
    const arrivedNs = BigInt(Math.round((performance.timeOrigin + arrivedMs) * 1e3)) * 1000n;
    setImmediate(() => {
      // Sockets lend their memory to one thread alone: this copy of about a tenth of a millisecond per MB is the price.
      const data = new Uint8Array(buffer, 0, frame.data.byteLength);
      data.set(frame.data);
      const record = { frame: { ...frame, data }, runLengths, objects, arrivedNs };
      this.#post({ type: "record", record }, [buffer]);
    });
  }

  /** Resolves when all that was taken is in the file, the file has its index, and its name. */
  async close(): Promise<RecorderSummary> {
    // Immediates run in their order: after this one no frame is on its way to the thread.
    await nextLoopTurn();
    if (this.#failure === undefined) this.#post({ type: "close" });
    await this.#end;
    if (this.#isWhole) await nameWhole(this.#file).catch((error: MavsegError) => this.#fail(error));
    const isWhole = this.#isWhole && this.#failure === undefined;
    return { file: isWhole ? this.#file.whole : this.#file.part, isWhole, ...this.counters };
  }

  #post(message: ToRecordWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromRecordWorker): void {
    if (message.type === "failed") {
      this.#fail(errorFromMessage(message.error, "OUTPUT_UNWRITABLE"));
    } else if (message.type === "closed") {
      this.#bytes = message.bytes;
      this.#isWhole = true;
      void this.#worker.terminate();
    } else if (message.type === "written") {
      this.#frames++;
      this.#bytes = message.bytes;
      this.#pool.giveBack(message.buffer);
      const { overlayFault: error } = message;
      if (error !== undefined) this.#faults.warn("overlay", { error }, "left an overlay out");
    }
  }

  /** The stream goes on without it: a full disk is no reason to fly without masks. */
  #fail(error: MavsegError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const { code, message } = error;
    this.#log.warn({ code, error: message, file: this.#file.part }, "the recording has ended early");
    void this.#worker.terminate();
  }

  #drop(): void {
    this.#dropped++;
    const dropped = this.#dropped;
    if (this.#failure === undefined)
      this.#faults.warn("dropped", { dropped }, "the recording does not keep up");
  }
}

/** Resolves when the file is begun. */
function started(worker: Worker, file: RecordFile): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(unwritten(file, error.message));
    worker.once("error", onError);
    worker.once("message", (message: FromRecordWorker) => {
      worker.off("error", onError);
      if (message.type === "failed") reject(errorFromMessage(message.error, "OUTPUT_UNWRITABLE"));
      else resolve();
    });
  });
}

function unwritten({ part }: RecordFile, actual: string): MavsegError {
  return new MavsegError("OUTPUT_UNWRITABLE", { expected: `to write ${part}`, actual });
}

/** Beside this file in the build; sources that run as they are (under a test runner) use the build's. */
function workerFile(): URL {
  const beside = new URL("./record-worker.js", import.meta.url);
  return existsSync(beside)
    ? beside
    : new URL("../../../dist/video/record/record-worker.js", import.meta.url);
}
