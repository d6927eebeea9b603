/** The plan of a finished run, beside its outputs, as `mavseg video` keeps it. */
export const FINISHED_PLAN = "video.json";
/** Holds what is not finished. */
export const UNFINISHED = "unfinished";

/**
 * Where the results of one recording are kept: finished chunks, and in the end its outputs. Everything appears whole or
 * not at all, and twice the same does no harm, so it does not matter how often a worker dies, or whether two do the same.
 */
export interface ResultStore {
  /** Text of the finished run's plan; undefined where none has finished. */
  finishedPlan(): Promise<string | undefined>;
  /** Names in the output folder. */
  names(): Promise<string[]>;
  /** Whether there are chunks of this very task. */
  isBegun(): Promise<boolean>;
  hasChunk(index: number): Promise<boolean>;
  /** @returns a new, empty folder on a local or shared disk */
  newFolder(): Promise<string>;
  /** Keeps what was written into a new folder as this chunk; the folder is gone after it. */
  keepChunk(index: number, folder: string): Promise<void>;
  /**
   * Brings all files of a chunk together.
   * @param place says where a file of the chunk has to lie
   */
  takeChunk(index: number, place: (file: string) => string): Promise<void>;
  /** Gives all that is in the folder its final names, the plan last, and removes the chunks and the folder. */
  publish(folder: string): Promise<void>;
}

const CHUNK_DIGITS = 6;

export function chunkName(index: number): string {
  return String(index).padStart(CHUNK_DIGITS, "0");
}
