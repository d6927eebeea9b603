import sharp from "sharp";
import type { Stamp } from "../../core/stamp.js";
import { MavsegError } from "../../errors.js";
import { type ImageMessage, readImageMessage } from "../mcap/image-message.js";
import { McapFile, type McapMessage } from "../mcap/mcap-messages.js";
import { rawToRgb } from "../mcap/raw-to-rgb.js";
import { TopicChoice } from "../mcap/topic-choice.js";
import type {
  Damage,
  RecordedItem,
  Recording,
  RecordingOptions,
  ResumePoint,
  TimeBase,
} from "../recording.js";
import { secondsToTicks, ticksToSeconds } from "../recording.js";
import { imageToRgb } from "./image-to-rgb.js";
import { PacketDecoder } from "./packet-decoder.js";
import type { RgbPicture } from "./rgb-converter.js";

/** Of overlays: MP4 has no nanoseconds. That of MPEG (H.222.0). */
const TIME_BASE: TimeBase = { num: 1, den: 90_000 };
const NS_PER_S = 1_000_000_000n;

/** The pictures of one topic of a robotics recording, in the order of their log time. */
export class McapRecording implements Recording {
  readonly timeBase = TIME_BASE;
  readonly expectedFrames: number | undefined;
  readonly framesPerSecond: number;
  readonly sound = undefined;
  readonly #file: McapFile;
  readonly #choice: TopicChoice;
  readonly #options: RecordingOptions;
  #decoder: PacketDecoder | undefined;
  #zero: bigint | undefined;
  #lastTicks = -1n;

  private constructor(file: McapFile, choice: TopicChoice, options: RecordingOptions) {
    const { known: topic } = choice;
    this.#file = file;
    this.#choice = choice;
    this.#options = options;
    const rate = topic === undefined || file.seconds === undefined ? 0 : topic.messages / file.seconds;
    this.framesPerSecond =
      (rate > 0 && Number.isFinite(rate) ? rate : options.framesPerSecond) / options.every;
    this.expectedFrames = topic === undefined ? undefined : Math.ceil(topic.messages / options.every);
  }

  /** @throws MavsegError `INPUT_UNREADABLE`, and `USAGE` where the topic is not there or more than one could be meant */
  static async open(path: string, options: RecordingOptions): Promise<McapRecording> {
    const file = await McapFile.open(path);
    try {
      return new McapRecording(file, new TopicChoice(file.topics, options.topic), options);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async *items(after?: ResumePoint): AsyncGenerator<RecordedItem> {
    const { startS, endS, every } = this.#options;
    const startTicks = secondsToTicks(startS, TIME_BASE);
    let seq = 0;
    for await (const message of this.#file.messages(this.#choice.topic)) {
      if (message.kind === "damage") {
        // It comes after the last picture that was seen, also where that is the last one of the earlier run.
        if (after === undefined || this.#lastTicks >= after.ticks) yield this.#placed(message);
        continue;
      }
      if (!this.#choice.wants(message)) continue;
      const ticks = this.#ticksOf(message.logTime);
      if (ticksToSeconds(ticks, TIME_BASE) >= endS) return;
      const isStarted = ticks >= startTicks;
      const isNew = after === undefined || ticks > after.ticks;
      const isWanted = isStarted && isNew && seq % every === 0;
      const item = await this.#item(message, seq, ticks, isWanted);
      if (item !== undefined && isStarted && isNew) yield item;
      if (isStarted) seq++;
    }
  }

  async close(): Promise<void> {
    this.#decoder?.close();
    await this.#file.close();
  }

  #ticksOf(logTime: bigint): bigint {
    this.#zero ??= logTime;
    const ticks = ((logTime - this.#zero) * BigInt(TIME_BASE.den)) / NS_PER_S;
    // Several messages can have one log time; in a film each has its own.
    this.#lastTicks = ticks > this.#lastTicks ? ticks : this.#lastTicks + 1n;
    return this.#lastTicks;
  }

  #placed(damage: Damage): Damage {
    const timeS = this.#lastTicks < 0n ? null : ticksToSeconds(this.#lastTicks, TIME_BASE);
    return { ...damage, timeS };
  }

  async #item(
    message: McapMessage,
    seq: number,
    ticks: bigint,
    isWanted: boolean,
  ): Promise<RecordedItem | undefined> {
    try {
      const image = readImageMessage(message);
      const picture = await this.#decode(image, isWanted);
      if (picture === undefined) return undefined;
      const { width, height, data, decoded, release } = picture;
      const stamp = isZero(image.stamp) ? stampOf(message.logTime) : image.stamp;
      const { frameId } = image;
      const frame = { seq, stamp, frameId, width, height, step: width * 3, encoding: "rgb8" as const, data };
      const { logTime, publishTime } = message;
      return { kind: "picture", frame, decoded, ticks, release, logged: { logTime, publishTime } };
    } catch (error) {
      if (error instanceof MavsegError && error.code === "FFMPEG_MISSING") throw error;
      const timeS = ticksToSeconds(ticks, TIME_BASE);
      return { kind: "damage", fault: "lost", timeS, offsetBytes: null, detail: (error as Error).message };
    }
  }

  async #decode(image: ImageMessage, isWanted: boolean): Promise<RgbPicture | undefined> {
    const { size } = this.#options;
    if (image.kind === "video") {
      this.#decoder ??= await PacketDecoder.open(image.format, size);
      return this.#decoder.decode(image.data, isWanted);
    }
    if (!isWanted) return undefined;
    if (image.kind === "file") return imageToRgb(sharp(image.data), size);
    const { width, height } = image;
    const data = rawToRgb(image);
    if (size === undefined) return { width, height, data, release: () => {} };
    return imageToRgb(sharp(data, { raw: { width, height, channels: 3 } }), size);
  }
}

function isZero({ sec, nanosec }: Stamp): boolean {
  return sec === 0 && nanosec === 0;
}

function stampOf(ns: bigint): Stamp {
  return { sec: Number(ns / NS_PER_S), nanosec: Number(ns % NS_PER_S) };
}
