import type { ClassInfo } from "../../core/classes.js";
import type { Recording } from "../recording.js";
import type { SegmentedPicture } from "../segmented.js";

/** What outputs know of the run that they belong to. */
export interface OutputContext {
  /** The recording's name. */
  readonly title: string;
  readonly classes: readonly ClassInfo[];
  readonly model: { readonly name: string; readonly sha256: string };
  readonly recording: Recording;
  /** `--start` in ticks of the recording: the time of overlays begins there. */
  readonly startTicks: bigint;
  /** Where outputs are made; what lies in it at the end is moved to `--out`. */
  readonly finalFolder: string;
  /** Tells a person what went otherwise than asked. */
  readonly warn: (message: string) => void;
}

/**
 * One kind of output. It writes a part per chunk, from nothing but the pictures of that chunk, so that a chunk that was
 * begun and not finished can be written again; at the end the parts become one. Hence a resumed run writes the bytes of an
 * uninterrupted one.
 */
export interface Output {
  /** @param folder of the chunk, new and empty */
  begin(folder: string): Promise<OutputPart>;
  /** @param folders of all chunks in their order */
  assemble(folders: readonly string[]): Promise<void>;
}

/** What an output writes of one chunk. The next chunk may begin before this one has ended. */
export interface OutputPart {
  /**
   * Called in the order of the pictures; calls overlap, so that several pictures are compressed at the same time. Resolves
   * when the picture, the mask and the overlay are read to the end.
   */
  write(segmented: SegmentedPicture): Promise<void>;
  /** Resolves when the part is whole. Called once, after all writes have resolved. */
  end(): Promise<void>;
  /** Lets go of what it holds in place of `end`, where the run stops in the middle. */
  abandon(): Promise<void>;
}

/** Nothing is left open between the pictures of a part, so it can end at any time. */
export const NOTHING_OPEN = { end: async () => {}, abandon: async () => {} };

/** Six digits sort right for nine hours of 30 fps; longer flights get longer names. */
const NAME_DIGITS = 6;

export function frameName(seq: number): string {
  return String(seq).padStart(NAME_DIGITS, "0");
}
