import type { Frame } from "../../core/frame.js";
import type { ClassObject } from "../../core/mask.js";
import type { ErrorMessage } from "../../engine/reference/worker-messages.js";
import type { ResultContext } from "../mcap/result-topics.js";

/** What the recorder's thread is started with. */
export interface RecordOptions extends ResultContext {
  /** The file while it is written. */
  readonly file: string;
  readonly hasOverlay: boolean;
}

/** A frame with its mask, on its way to the file. */
export interface FrameRecord {
  readonly frame: Frame;
  /** The mask of the frame's size, as `rle8` of docs/wire-format.md. */
  readonly runLengths: Uint8Array;
  readonly objects: readonly ClassObject[];
  /** When the frame came, in nanoseconds since 1970-01-01 UTC. */
  readonly arrivedNs: bigint;
}

export type ToRecordWorker =
  | { readonly type: "record"; readonly record: FrameRecord }
  | { readonly type: "close" };

export type FromRecordWorker =
  | { readonly type: "ready" }
  /** A record is in the file, and the memory of its frame comes back. */
  | {
      readonly type: "written";
      readonly buffer: ArrayBuffer;
      readonly bytes: number;
      /** Why its overlay was left out. */
      readonly overlayFault: string | undefined;
    }
  | { readonly type: "closed"; readonly bytes: number }
  | { readonly type: "failed"; readonly error: ErrorMessage };
