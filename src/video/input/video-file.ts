import type { Frame as AvFrame, Packet } from "node-av/lib";
import type { Frame } from "../../core/frame.js";
import { stampFromMs } from "../../core/stamp.js";
import { MavsegError } from "../../errors.js";
import { type Ffmpeg, ffmpegMessage, loadFfmpeg } from "../ffmpeg.js";
import type {
  Damage,
  RecordedItem,
  RecordedPicture,
  Recording,
  RecordingOptions,
  ResumePoint,
  TimeBase,
} from "../recording.js";
import { secondsToTicks, ticksToSeconds } from "../recording.js";
import { LostPackets, type SentPacket } from "./lost-packets.js";
import { readOrientation } from "./orientation.js";
import { RgbConverter } from "./rgb-converter.js";
import { openVideoStream, type VideoStream } from "./video-stream.js";

/** A file that ends this much before its header says so is truncated: less is rounding, or sound that is longer. */
const SHORTFALL_S = 1;
/** Formats with an index of key frames, in which a jump lands where it should. */
const SEEKABLE = /mp4|mov|matroska/;
const FALLBACK_FPS = 30;
/** Streams without an index, as they are received: where bytes are missing, so is every trace of their pictures. */
const HAS_NO_INDEX = /mpegts|mpeg|h264|hevc/;
/** Longer than this many pictures' time without one counts as a gap there: half a picture is jitter. */
const GAP_PICTURES = 1.5;

/** A file of any format that FFmpeg reads. */
export class VideoFile implements Recording {
  readonly timeBase: TimeBase;
  readonly expectedFrames: number | undefined;
  readonly framesPerSecond: number;
  readonly sound: Recording["sound"];
  /** Before `every`. */
  readonly #storedFps: number;
  readonly #ffmpeg: Ffmpeg;
  readonly #file: string;
  readonly #options: RecordingOptions;
  readonly #video: VideoStream;
  readonly #converter: RgbConverter;
  /** The stream's time at the recording's time 0; undefined until the first picture where the file does not say. */
  #zeroPts: bigint | undefined;
  #lastTicks = -1n;
  /** Why reading ended before the file did. */
  #readFault: string | undefined;

  private constructor(ffmpeg: Ffmpeg, file: string, options: RecordingOptions, video: VideoStream) {
    this.#ffmpeg = ffmpeg;
    this.#file = file;
    this.#options = options;
    this.#video = video;
    const { stream } = video;
    const { num, den } = stream.timeBase;
    this.timeBase = { num, den };
    const rate = stream.avgFrameRate.toDouble();
    this.#storedFps = rate > 0 && Number.isFinite(rate) ? rate : FALLBACK_FPS;
    this.framesPerSecond = this.#storedFps / options.every;
    if (stream.startTime !== ffmpeg.constants.AV_NOPTS_VALUE) this.#zeroPts = stream.startTime;
    this.sound = { file, startS: ticksToSeconds(this.#zeroPts ?? 0n, this.timeBase) };
    const seconds = Math.min(this.#durationS ?? 0, options.endS) - options.startS;
    this.expectedFrames = seconds > 0 ? Math.round(seconds * this.framesPerSecond) : undefined;
    const matrix = stream.codecpar.getCodedSideData(ffmpeg.constants.AV_PKT_DATA_DISPLAYMATRIX);
    this.#converter = new RgbConverter(ffmpeg, options.size, readOrientation(matrix));
  }

  /** @throws MavsegError `INPUT_UNREADABLE`, `FFMPEG_MISSING` */
  static async open(file: string, options: RecordingOptions): Promise<VideoFile> {
    const ffmpeg = await loadFfmpeg();
    return new VideoFile(ffmpeg, file, options, await openVideoStream(ffmpeg, file));
  }

  async *items(after?: ResumePoint): AsyncGenerator<RecordedItem> {
    const { startS, endS, every } = this.#options;
    await this.#seek(after);
    let seq = after === undefined ? 0 : after.seq + 1;
    const endTicks = Number.isFinite(endS) ? secondsToTicks(endS, this.timeBase) : undefined;
    const startTicks = secondsToTicks(startS, this.timeBase);
    const isWanted = (ticks: bigint) => ticks >= startTicks && (after === undefined || ticks > after.ticks);
    for await (const item of this.#decode()) {
      if (item.kind === "damage") {
        const ticks = secondsToTicks(item.timeS ?? 0, this.timeBase);
        // That the file is truncated is said after its last picture, with the time of that.
        const isNew = item.fault === "truncated" || isWanted(ticks);
        if (isNew && (endTicks === undefined || ticks < endTicks)) yield item;
        continue;
      }
      if (endTicks !== undefined && item.ticks >= endTicks) return;
      if (!isWanted(item.ticks)) continue;
      if (seq % every === 0) yield await this.#picture(item, seq);
      seq++;
    }
  }

  async close(): Promise<void> {
    this.#converter.close();
    await this.#video.close();
  }

  get #durationS(): number | undefined {
    const { stream, format } = this.#video;
    const none = this.#ffmpeg.constants.AV_NOPTS_VALUE;
    if (stream.duration !== none && stream.duration > 0n)
      return ticksToSeconds(stream.duration, this.timeBase);
    return format.duration !== none && format.duration > 0n ? Number(format.duration) / 1e6 : undefined;
  }

  /** Jumps to the key frame before the first picture that is wanted, where that shows the same pictures as reading on. */
  async #seek(after: ResumePoint | undefined): Promise<void> {
    const { format, stream } = this.#video;
    const name = format.iformat?.name ?? "";
    if (!SEEKABLE.test(name) || after?.hasDamage === true || this.#zeroPts === undefined) return;
    const target = after?.ticks ?? secondsToTicks(this.#options.startS, this.timeBase);
    if (target <= 0n) return;
    const { AVSEEK_FLAG_BACKWARD } = this.#ffmpeg.constants;
    await format.seekFrame(stream.index, this.#zeroPts + target, AVSEEK_FLAG_BACKWARD);
  }

  async #picture(decoded: DecodedPicture, seq: number): Promise<RecordedPicture> {
    const { width, height, data, decoded: source, release } = await this.#converter.convert(decoded.frame);
    const stamp = stampFromMs(ticksToSeconds(decoded.ticks, this.timeBase) * 1000);
    const frame: Frame = {
      seq,
      stamp,
      frameId: "video",
      width,
      height,
      step: width * 3,
      encoding: "rgb8",
      data,
    };
    return { kind: "picture", frame, decoded: source, ticks: decoded.ticks, release };
  }

  async *#decode(): AsyncGenerator<DecodedPicture | Damage> {
    const { lib, constants } = this.#ffmpeg;
    const { decoder } = this.#video;
    const lost = new LostPackets();
    const packet = new lib.Packet();
    packet.alloc();
    const frame = new lib.Frame();
    frame.alloc();
    try {
      for (;;) {
        const result = await decoder.receiveFrame(frame);
        if (result >= 0) yield* this.#came(frame, lost);
        else if (result === constants.AVERROR_EAGAIN) await this.#feed(packet, lost);
        else if (result === constants.AVERROR_EOF) break;
        // Any other code is of a packet that stays among the pending ones, and is listed when the next picture comes.
      }
      yield* this.#lostAt(lost.rest());
      yield* this.#shortfall();
    } finally {
      frame.free();
      packet.free();
    }
  }

  *#came(frame: AvFrame, packets: LostPackets): Generator<DecodedPicture | Damage> {
    const { constants } = this.#ffmpeg;
    const pts = frame.bestEffortTimestamp;
    let own: SentPacket | undefined;
    if (pts !== constants.AV_NOPTS_VALUE) {
      this.#zeroPts ??= pts;
      const came = packets.pictureCame(pts);
      yield* this.#lostAt(came.lost);
      own = came.own;
    }
    const before = this.#lastTicks;
    const ticks = this.#nextTicks(pts);
    yield* this.#gap(before, ticks);
    const isConcealed = frame.decodeErrorFlags !== 0 || frame.hasFlags(constants.AV_FRAME_FLAG_CORRUPT);
    if (isConcealed || own?.isCorrupt === true) {
      const timeS = ticksToSeconds(ticks, this.timeBase);
      const offsetBytes = offsetOf(own);
      const detail = "parts of the picture's data are missing or spoilt";
      yield { kind: "damage", fault: "concealed", timeS, offsetBytes, detail };
    }
    yield { kind: "decoded", frame, ticks };
    frame.unref();
  }

  *#gap(before: bigint, ticks: bigint): Generator<Damage> {
    const oneFrame = this.#ticksPerFrame;
    const isGap = before >= 0n && Number(ticks - before) > Number(oneFrame) * GAP_PICTURES;
    if (!isGap || !HAS_NO_INDEX.test(this.#video.format.iformat?.name ?? "")) return;
    const timeS = ticksToSeconds(before + oneFrame, this.timeBase);
    const seconds = ticksToSeconds(ticks - before, this.timeBase).toFixed(3);
    const detail = `no picture for ${seconds} s at ${this.#storedFps.toFixed(2)} pictures per second`;
    yield { kind: "damage", fault: "gap", timeS, offsetBytes: null, detail };
  }

  get #ticksPerFrame(): bigint {
    const { num, den } = this.timeBase;
    return BigInt(Math.max(1, Math.round(den / num / this.#storedFps)));
  }

  /** Times that are missing or go back, as raw streams and damaged files have them, are set on from the last one. */
  #nextTicks(pts: bigint): bigint {
    const ticks = pts === this.#ffmpeg.constants.AV_NOPTS_VALUE ? undefined : pts - (this.#zeroPts ?? 0n);
    const next = this.#lastTicks < 0n ? 0n : this.#lastTicks + this.#ticksPerFrame;
    this.#lastTicks = ticks === undefined ? next : ticks > this.#lastTicks ? ticks : this.#lastTicks + 1n;
    return this.#lastTicks;
  }

  async #feed(packet: Packet, lost: LostPackets): Promise<void> {
    const { format, stream, decoder } = this.#video;
    const { constants } = this.#ffmpeg;
    const result = await format.readFrame(packet);
    if (result < 0) {
      if (result !== constants.AVERROR_EOF) this.#readFault = ffmpegMessage(this.#ffmpeg, result);
      await decoder.sendPacket(null);
      return;
    }
    if (packet.streamIndex === stream.index) {
      const { pts, pos } = packet;
      // Packets that an edit list leaves out are decoded for the sake of others, and show nothing themselves.
      const isShown = (packet.flags & constants.AV_PKT_FLAG_DISCARD) === 0;
      if (isShown && pts !== constants.AV_NOPTS_VALUE) {
        lost.sent({ pts, offsetBytes: pos, isCorrupt: (packet.flags & constants.AV_PKT_FLAG_CORRUPT) !== 0 });
      }
      await decoder.sendPacket(packet);
    }
    packet.unref();
  }

  *#lostAt(packets: readonly SentPacket[]): Generator<Damage> {
    for (const packet of packets) {
      const timeS = ticksToSeconds(packet.pts - (this.#zeroPts ?? 0n), this.timeBase);
      const detail = "no picture could be decoded";
      yield { kind: "damage", fault: "lost", timeS, offsetBytes: offsetOf(packet), detail };
    }
  }

  /** @throws MavsegError `INPUT_UNREADABLE` where not one picture came */
  *#shortfall(): Generator<Damage> {
    if (this.#lastTicks < 0n) {
      const actual = "not one picture";
      throw new MavsegError("INPUT_UNREADABLE", { expected: `pictures in ${this.#file}`, actual });
    }
    const timeS = ticksToSeconds(this.#lastTicks, this.timeBase);
    const durationS = this.#durationS ?? 0;
    const isShort = durationS - timeS > SHORTFALL_S;
    if (!isShort && this.#readFault === undefined) return;
    const header = isShort ? `, the file's header says ${durationS.toFixed(3)} s` : "";
    const detail = `pictures end at ${timeS.toFixed(3)} s${header}: ${this.#readFault ?? "the file ends"}`;
    yield { kind: "damage", fault: "truncated", timeS, offsetBytes: null, detail };
  }
}

interface DecodedPicture {
  readonly kind: "decoded";
  /** Good until the next one is asked for. */
  readonly frame: AvFrame;
  readonly ticks: bigint;
}

function offsetOf(packet: SentPacket | undefined): number | null {
  return packet === undefined || packet.offsetBytes < 0n ? null : Number(packet.offsetBytes);
}
