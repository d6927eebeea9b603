import { stampNow } from "../core/stamp.js";
import type { FramePublisher } from "./frame-publisher.js";
import type { Picture } from "./image-files.js";
import { LimitedLog, type Log } from "./log.js";

/** When pictures are due. */
export interface Pace<P> {
  /** Pictures that were late. */
  readonly late: number;
  /** Waits until a picture is due. Rejects with an AbortError when the signal says so. */
  turn(signal: AbortSignal, picture: P): Promise<void>;
}

export interface PlayFramesOptions<P extends PlayedPicture> {
  readonly pictures: AsyncIterable<P>;
  readonly publisher: FramePublisher;
  readonly pace: Pace<P>;
  /** Most frames to send. */
  readonly count: number;
  /** Name of the camera, for pictures that have none of their own. */
  readonly frameId: string;
  /** Ends the playing after the frame at hand. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface PlayedPicture extends Picture {
  readonly frameId?: string;
}

export interface PlaySummary {
  readonly frames: number;
  /** Frames that were not ready, or not sent, within a period of their time. */
  readonly late: number;
  readonly seconds: number;
}

const MS_PER_S = 1000;
const STATUS_INTERVAL_MS = 5000;

/** Sends pictures as the frames of a camera when they are due, each stamped when it is sent. */
export async function playFrames<P extends PlayedPicture>(
  options: PlayFramesOptions<P>,
): Promise<PlaySummary> {
  const { publisher, pace, count, frameId, signal } = options;
  const faults = new LimitedLog(options.log);
  const startMs = performance.now();
  let frames = 0;
  let lateTold = 0;
  let statusMs = startMs + STATUS_INTERVAL_MS;
  for await (const picture of options.pictures) {
    if (!(await untilTurn(pace, picture, signal))) break;
    if (pace.late > lateTold) {
      lateTold = pace.late;
      faults.warn("late", { late: lateTold }, "the camera cannot keep up with its rate");
    }
    await publisher.send({ seq: frames++, stamp: stampNow(), frameId, ...picture });
    if (frames >= count) break;
    if (performance.now() < statusMs) continue;
    statusMs += STATUS_INTERVAL_MS;
    options.log.info({ frames, late: pace.late }, "status");
  }
  return { frames, late: pace.late, seconds: (performance.now() - startMs) / MS_PER_S };
}

/** @returns false when the playing was ended meanwhile */
async function untilTurn<P>(pace: Pace<P>, picture: P, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    await pace.turn(signal, picture);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
