import type { Frame as AvFrame } from "node-av/lib";
import type { Frame } from "../core/frame.js";

/** One tick is `num / den` seconds. */
export interface TimeBase {
  readonly num: number;
  readonly den: number;
}

/** A decoded picture of a recording. */
export interface RecordedPicture {
  readonly kind: "picture";
  /** `seq` counts all decoded pictures from `--start` on, from 0, also those that `--every` leaves out. `encoding` is `rgb8` without padding. */
  readonly frame: Frame;
  /** Presentation time in ticks of the recording's time base, 0 at its start; strictly increasing. */
  readonly ticks: bigint;
  /** The times of the message that it came in, in nanoseconds; absent where it came in none. */
  readonly logged?: { readonly logTime: bigint; readonly publishTime: bigint };
  /**
   * The same picture in the decoder's own pixel format, which is nearer to an encoder's; absent where nothing decoded it that
   * has one, or where the frame is of another size or turned. Good until `release`.
   */
  readonly decoded?: AvFrame | undefined;
  /** Gives the pixels back for a later picture; they must not be read any more then. */
  release(): void;
}

/** A place of a recording that could not be decoded, or only with parts made up. */
export interface Damage {
  readonly kind: "damage";
  /**
   * `lost`: no picture came of it; `concealed`: the decoder filled parts of it in; `gap`: no trace of pictures that were
   * due; `truncated`: the file ends early.
   */
  readonly fault: "lost" | "concealed" | "gap" | "truncated";
  /** Where in the recording, in seconds from its start; null where that is not known. */
  readonly timeS: number | null;
  /** Where in the file, in bytes from its start; null where that is not known. */
  readonly offsetBytes: number | null;
  /** What is known of the cause, for people. */
  readonly detail: string;
}

export type RecordedItem = RecordedPicture | Damage;

/** Where an earlier run stopped: the last picture that it finished. */
export interface ResumePoint {
  readonly seq: number;
  readonly ticks: bigint;
  /** Whether anything was damaged up to there. A jump into the file might then show other pictures than reading it. */
  readonly hasDamage: boolean;
}

/** Anything that pictures come from, in the order of their time. */
export interface Recording {
  readonly timeBase: TimeBase;
  /** How many pictures there will be, as far as that can be known before; for the progress bar only. */
  readonly expectedFrames: number | undefined;
  /** Pictures per second of what comes, as far as that is known; for the encoder's rate control and the progress bar. */
  readonly framesPerSecond: number;
  /** A file whose sound belongs to the pictures, and where its time 0 lies in seconds. */
  readonly sound: { readonly file: string; readonly startS: number } | undefined;
  /**
   * @param after go on after that picture; left out, from the beginning
   * @throws MavsegError `INPUT_UNREADABLE` where nothing at all can be read
   */
  items(after?: ResumePoint): AsyncGenerator<RecordedItem>;
  close(): Promise<void>;
}

/** What of a recording is wanted, and how. */
export interface RecordingOptions {
  /** Seconds from the recording's start; pictures before it are left out. */
  readonly startS: number;
  /** Seconds from the recording's start; pictures at or after it are left out. */
  readonly endS: number;
  /** Only pictures whose `seq` is a multiple of it come. */
  readonly every: number;
  /** Pictures are stretched to it; undefined keeps them at their own size. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Of image folders, which have no times. */
  readonly framesPerSecond: number;
  /** Of robotics recordings: which topic; undefined takes the only one with pictures. */
  readonly topic: string | undefined;
}

export function ticksToSeconds(ticks: bigint, { num, den }: TimeBase): number {
  return (Number(ticks) * num) / den;
}

export function secondsToTicks(seconds: number, { num, den }: TimeBase): bigint {
  return BigInt(Math.round((seconds * den) / num));
}
