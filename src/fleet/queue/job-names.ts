import type { JobsOptions } from "bullmq";

/** The queue's name where none is given. */
export const DEFAULT_QUEUE = "mavseg";

export const RECORDING = "recording";
export const CHUNK = "chunk";

/** Smaller comes first: what is begun is brought to its end before more is begun. */
const PRIORITY = { join: 1, chunk: 2, recording: 3 } as const;
export const JOIN_PRIORITY = PRIORITY.join;

/** A fault of the network or of a disk is gone the next time; a broken recording is not, and three are soon done. */
const ATTEMPTS = 3;
const RETRY_AFTER_MS = 1000;
/** What is done is looked up in the storage, not here; a week leaves time to look at what failed. */
const KEPT_S = 7 * 24 * 3600;

const options: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: "exponential", delay: RETRY_AFTER_MS },
  removeOnComplete: { age: KEPT_S },
  removeOnFail: { age: KEPT_S },
};
export const RECORDING_OPTIONS: JobsOptions = { ...options, priority: PRIORITY.recording };
/** One chunk that fails is enough to give the recording up. */
export const CHUNK_OPTIONS: JobsOptions = {
  ...options,
  priority: PRIORITY.chunk,
  continueParentOnFailure: true,
};
