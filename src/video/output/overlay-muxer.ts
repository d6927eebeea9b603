import type { FormatContext, Packet, Stream } from "node-av/lib";
import type { MavsegError } from "../../errors.js";
import { type Ffmpeg, ffmpegMessage } from "../ffmpeg.js";
import { type Recording, ticksToSeconds } from "../recording.js";
import { unwritable } from "./disk-file.js";
import type { EncodedPicture } from "./h264-encoder.js";
import type { PacketFileHead } from "./packet-file.js";
import { SoundReader } from "./sound-reader.js";

export interface OverlayMuxerOptions {
  readonly to: string;
  readonly head: PacketFileHead;
  readonly recording: Recording;
  /** In ticks of the recording; the film's time 0. */
  readonly startTicks: bigint;
  readonly warn: (message: string) => void;
}

/** Puts compressed pictures and the recording's sound into an MP4 file, with the times that both had. */
export class OverlayMuxer {
  readonly #ffmpeg: Ffmpeg;
  readonly #options: OverlayMuxerOptions;
  readonly #format: FormatContext;
  readonly #video: Stream;
  readonly #sound: SoundReader | undefined;
  readonly #packet: Packet;
  #waiting: EncodedPicture | undefined;
  #lastDuration = 1n;

  private constructor(
    ffmpeg: Ffmpeg,
    options: OverlayMuxerOptions,
    format: FormatContext,
    sound?: SoundReader,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#options = options;
    this.#format = format;
    this.#video = format.streams[0] as Stream;
    this.#sound = sound;
    this.#packet = new ffmpeg.lib.Packet();
    this.#packet.alloc();
  }

  /** @throws MavsegError `OUTPUT_UNWRITABLE` */
  static async open(ffmpeg: Ffmpeg, options: OverlayMuxerOptions): Promise<OverlayMuxer> {
    const { recording, startTicks, warn } = options;
    const startS = ticksToSeconds(startTicks, recording.timeBase);
    const sound = await SoundReader.open(ffmpeg, recording, startS);
    try {
      const format = await openFormat(ffmpeg, options, sound);
      if (typeof format !== "number") return new OverlayMuxer(ffmpeg, options, format, sound);
      // MP4 does not take every kind of sound, raw PCM of old cameras for one.
      await sound?.close();
      if (sound !== undefined)
        warn(`the sound is left out: MP4 does not take it as it is (${sound.codecName})`);
      const silent = sound === undefined ? format : await openFormat(ffmpeg, options, undefined);
      if (typeof silent !== "number") return new OverlayMuxer(ffmpeg, options, silent);
      throw failure(ffmpeg, options.to, silent);
    } catch (error) {
      await sound?.close();
      throw error;
    }
  }

  async write(picture: EncodedPicture): Promise<void> {
    const before = this.#waiting;
    this.#waiting = picture;
    if (before === undefined) return;
    this.#lastDuration = picture.ticks - before.ticks;
    await this.#put(before, this.#lastDuration);
  }

  /** Writes what is left, the sound up to the last picture's end, and the file's index. */
  async finish(): Promise<void> {
    const { timeBase } = this.#options.recording;
    if (this.#waiting !== undefined) {
      const endTicks = this.#waiting.ticks + this.#lastDuration - this.#options.startTicks;
      await this.#put(this.#waiting, this.#lastDuration);
      await this.#putSoundUntil(ticksToSeconds(endTicks, timeBase));
    }
    this.#check(await this.#format.writeTrailer());
    await this.#format.closeOutput();
    this.#format.freeContext();
    this.#packet.free();
    await this.#sound?.close();
  }

  async #put(picture: EncodedPicture, duration: bigint): Promise<void> {
    const { recording, startTicks } = this.#options;
    const ticks = picture.ticks - startTicks;
    await this.#putSoundUntil(ticksToSeconds(ticks, recording.timeBase));
    const packet = this.#packet;
    packet.data = Buffer.from(picture.data.buffer, picture.data.byteOffset, picture.data.byteLength);
    packet.streamIndex = this.#video.index;
    packet.pts = ticks;
    packet.dts = ticks;
    packet.duration = duration;
    packet.isKeyframe = picture.isKey;
    packet.rescaleTs(recording.timeBase, this.#video.timeBase);
    this.#check(await this.#format.interleavedWriteFrame(packet));
    packet.unref();
  }

  async #putSoundUntil(seconds: number): Promise<void> {
    const sound = this.#sound;
    if (sound === undefined) return;
    const stream = this.#format.streams[1] as Stream;
    for (
      let packet = await sound.before(seconds);
      packet !== undefined;
      packet = await sound.before(seconds)
    ) {
      packet.streamIndex = stream.index;
      packet.rescaleTs(sound.timeBase, stream.timeBase);
      this.#check(await this.#format.interleavedWriteFrame(packet));
    }
  }

  #check(result: number): void {
    if (result < 0) throw failure(this.#ffmpeg, this.#options.to, result);
  }
}

/** @returns FFmpeg's code where the file or its header cannot be written */
async function openFormat(
  ffmpeg: Ffmpeg,
  { to, head, recording }: OverlayMuxerOptions,
  sound: SoundReader | undefined,
): Promise<FormatContext | number> {
  const { lib, constants } = ffmpeg;
  const format = new lib.FormatContext();
  format.allocOutputContext2(null, "mp4", to);
  const video = format.newStream();
  const parameters = video.codecpar;
  parameters.codecType = constants.AVMEDIA_TYPE_VIDEO;
  parameters.codecId = constants.AV_CODEC_ID_H264;
  parameters.width = head.width;
  parameters.height = head.height;
  parameters.extradata = Buffer.from(head.parameters, "base64");
  video.timeBase = new lib.Rational(recording.timeBase.num, recording.timeBase.den);
  if (sound !== undefined) sound.copyParametersTo(format.newStream());
  const opened = await format.openOutput();
  const result = opened < 0 ? opened : await format.writeHeader();
  if (result >= 0) return format;
  await format.closeOutput();
  format.freeContext();
  return result;
}

function failure(ffmpeg: Ffmpeg, file: string, code: number): MavsegError {
  const isFull = code === ffmpeg.constants.AVERROR_ENOSPC;
  const cause: NodeJS.ErrnoException = new Error(ffmpegMessage(ffmpeg, code));
  if (isFull) cause.code = "ENOSPC";
  return unwritable(file, cause);
}
