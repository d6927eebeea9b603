import { stampFromMs } from "../../core/stamp.js";
import { MavsegError } from "../../errors.js";
import { type Picture, readPicture } from "../../transport/image-files.js";
import {
  type RecordedItem,
  type Recording,
  type RecordingOptions,
  type ResumePoint,
  type TimeBase,
  ticksToSeconds,
} from "../recording.js";

/** Of images, which have no times of their own: fine enough for every usual frame rate (that of MPEG, H.222.0). */
const TIME_BASE: TimeBase = { num: 1, den: 90_000 };
/** Images that are read and decoded at the same time: more than that only takes memory. */
const READ_AT_ONCE = 4;

/** Images in a folder as a film with an even frame rate. */
export class ImageSequence implements Recording {
  readonly timeBase = TIME_BASE;
  readonly expectedFrames: number;
  readonly framesPerSecond: number;
  readonly sound = undefined;
  readonly #files: readonly string[];
  readonly #options: RecordingOptions;
  /** Index of the first file that is wanted, and of the one after the last. */
  readonly #first: number;
  readonly #end: number;

  /** @param files in their order */
  constructor(files: readonly string[], options: RecordingOptions) {
    this.#files = files;
    this.#options = options;
    this.framesPerSecond = options.framesPerSecond / options.every;
    this.#first = Math.min(files.length, this.#indexAt(options.startS));
    this.#end = Math.min(files.length, this.#indexAt(options.endS));
    this.expectedFrames = Math.max(0, Math.ceil((this.#end - this.#first) / options.every));
  }

  /** Index of the first picture at or after a time. */
  #indexAt(seconds: number): number {
    // Half a millionth of a picture keeps 1 s x 30 fps at picture 30, whatever the multiplication rounds to.
    return Math.ceil(seconds * this.#options.framesPerSecond - 5e-7);
  }

  async *items(after?: ResumePoint): AsyncGenerator<RecordedItem> {
    const { every } = this.#options;
    const reading: Promise<Picture | MavsegError>[] = [];
    const resumed = after === undefined ? this.#first : this.#indexOf(after.ticks) + every;
    for (let next = resumed, shown = resumed; shown < this.#end; shown += every) {
      for (; next < this.#end && reading.length < READ_AT_ONCE; next += every) reading.push(this.#read(next));
      const picture = await (reading.shift() as Promise<Picture | MavsegError>);
      yield picture instanceof MavsegError ? this.#lost(shown, picture) : this.#picture(shown, picture);
    }
  }

  async close(): Promise<void> {}

  #ticksOf(index: number): bigint {
    return BigInt(Math.round((index * TIME_BASE.den) / this.#options.framesPerSecond));
  }

  #indexOf(ticks: bigint): number {
    return Math.round((Number(ticks) * this.#options.framesPerSecond) / TIME_BASE.den);
  }

  async #read(index: number): Promise<Picture | MavsegError> {
    try {
      return await readPicture(this.#files[index] as string, { encoding: "rgb8", size: this.#options.size });
    } catch (error) {
      if (error instanceof MavsegError) return error;
      throw error;
    }
  }

  #picture(index: number, picture: Picture): RecordedItem {
    const ticks = this.#ticksOf(index);
    // The number of the file, so that one that cannot be read does not renumber those after it.
    const seq = index - this.#first;
    const stamp = stampFromMs(ticksToSeconds(ticks, TIME_BASE) * 1000);
    // Each picture has memory of its own, from sharp: there is nothing to give back.
    return {
      kind: "picture",
      frame: { ...picture, seq, stamp, frameId: "images" },
      ticks,
      release: () => {},
    };
  }

  #lost(index: number, error: MavsegError): RecordedItem {
    const timeS = ticksToSeconds(this.#ticksOf(index), TIME_BASE);
    return {
      kind: "damage",
      fault: "lost",
      timeS,
      offsetBytes: null,
      detail: `${this.#files[index]}: ${error.actual}`,
    };
  }
}
