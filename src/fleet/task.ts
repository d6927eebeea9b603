import { createHash } from "node:crypto";
import type { Input } from "../video/input/find-inputs.js";
import type { Plan } from "../video/job/plan.js";
import type { Damage } from "../video/recording.js";
import type { Address } from "./address.js";

/** One recording of a batch: all that a worker has to know. It travels as JSON. */
export interface RecordingTask {
  readonly name: string;
  readonly kind: Input["kind"];
  readonly input: Address;
  /** Folder of this recording's outputs. */
  readonly out: Address;
  /** Name, path or s3:// address. */
  readonly model: string;
  readonly manifestFile: string | undefined;
  /** What video.json will hold; a worker that comes to another plan must not work on it. */
  readonly plan: string;
  /** Replaces earlier outputs. */
  readonly force: boolean;
}

/** Decides on names in the queue and in the storage: what is the same has been done, or is being done. */
export function taskKey(task: RecordingTask): string {
  const content = JSON.stringify([task.name, task.input, task.out, task.plan, task.manifestFile ?? null]);
  return createHash("sha256").update(content).digest("hex").slice(0, KEY_DIGITS);
}

/** 128 bits: no two of them meet by chance. */
const KEY_DIGITS = 32;

/** The plan, read back. JSON has no infinity: an end that is missing is none. */
export function taskPlan(task: RecordingTask): Plan {
  const plan = JSON.parse(task.plan) as Plan;
  const { endS = Number.POSITIVE_INFINITY, size, topic } = plan.recording;
  const { mcap } = plan.outputs;
  return {
    ...plan,
    recording: { ...plan.recording, endS, size, topic },
    outputs: { ...plan.outputs, mcap },
  };
}

/** Where a recording is cut: as one machine would begin and end the chunk. */
export interface Cut {
  readonly index: number;
  /** The last picture of the chunk before; null at the beginning. */
  readonly after: { readonly seq: number; readonly ticks: string; readonly hasDamage: boolean } | null;
  readonly frames: number;
  /** The last picture up to the chunk's end; null where there was none. */
  readonly last: { readonly seq: number; readonly ticks: string } | null;
  readonly damage: readonly Damage[];
  readonly isLast: boolean;
}

/** What the queue holds of a recording. */
export interface RecordingJob {
  readonly task: RecordingTask;
  /** Tells this run's chunks from those of an earlier run that failed. */
  readonly run: string;
  /** Set when all chunks are in the queue. */
  readonly whole?: RecordingResult & { readonly chunks: number };
}

/** What the queue holds of a chunk. */
export interface ChunkJob {
  readonly task: RecordingTask;
  readonly cut: Cut;
}

/** How much a recording holds: pictures, and places that could not be decoded. */
export interface RecordingResult {
  readonly frames: number;
  readonly damage: number;
}
