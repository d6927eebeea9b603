import { stampNow } from "../core/stamp.js";
import type { FramePublisher } from "./frame-publisher.js";
import type { Picture } from "./image-files.js";
import { LimitedLog, type Log } from "./log.js";
import { Pacer } from "./pacer.js";

export interface PlayFramesOptions {
  readonly pictures: AsyncIterable<Picture>;
  readonly publisher: FramePublisher;
  readonly fps: number;
  /** Most frames to send. */
  readonly count: number;
  readonly frameId: string;
  /** Ends the playing after the frame at hand. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface PlaySummary {
  readonly frames: number;
  /** Frames that were not ready, or not sent, within a period of their time. */
  readonly late: number;
  readonly seconds: number;
}

const MS_PER_S = 1000;
const STATUS_INTERVAL_MS = 5000;

/** Sends pictures as the frames of a camera, at an even pace, each stamped when it is sent. */
export async function playFrames(options: PlayFramesOptions): Promise<PlaySummary> {
  const { publisher, fps, count, frameId, signal } = options;
  const faults = new LimitedLog(options.log);
  const pacer = new Pacer(MS_PER_S / fps);
  const startMs = performance.now();
  let frames = 0;
  let lateTold = 0;
  let statusMs = startMs + STATUS_INTERVAL_MS;
  for await (const picture of options.pictures) {
    if (!(await untilTurn(pacer, signal))) break;
    if (pacer.late > lateTold) {
      lateTold = pacer.late;
      faults.warn("late", { late: lateTold, fps }, "the camera cannot keep up with its rate");
    }
    await publisher.send({ seq: frames++, stamp: stampNow(), frameId, ...picture });
    if (frames >= count) break;
    if (performance.now() < statusMs) continue;
    statusMs += STATUS_INTERVAL_MS;
    options.log.info({ frames, late: pacer.late }, "status");
  }
  return { frames, late: pacer.late, seconds: (performance.now() - startMs) / MS_PER_S };
}

/** @returns false when the playing was ended meanwhile */
async function untilTurn(pacer: Pacer, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    await pacer.turn(signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
