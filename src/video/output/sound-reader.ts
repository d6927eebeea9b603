import type { FormatContext, Packet, Stream } from "node-av/lib";
import type { Ffmpeg } from "../ffmpeg.js";
import type { Recording, TimeBase } from "../recording.js";

/** The compressed sound of a recording, in the order of its time, with time 0 moved to where the film begins. */
export class SoundReader {
  readonly #ffmpeg: Ffmpeg;
  readonly #format: FormatContext;
  readonly #stream: Stream;
  readonly #packet: Packet;
  /** In ticks of the sound's stream. */
  readonly #zero: bigint;
  #isLoaded = false;
  #isAtEnd = false;

  private constructor(ffmpeg: Ffmpeg, format: FormatContext, stream: Stream, zeroS: number) {
    this.#ffmpeg = ffmpeg;
    this.#format = format;
    this.#stream = stream;
    this.#packet = new ffmpeg.lib.Packet();
    this.#packet.alloc();
    this.#zero = BigInt(Math.round(zeroS / stream.timeBase.toDouble()));
  }

  /** @returns undefined where there is no sound */
  static async open(ffmpeg: Ffmpeg, recording: Recording, startS: number): Promise<SoundReader | undefined> {
    if (recording.sound === undefined) return undefined;
    const { lib, constants } = ffmpeg;
    const format = new lib.FormatContext();
    if ((await format.openInput(recording.sound.file)) < 0) return undefined;
    await format.findStreamInfo();
    const stream = format.streams[format.findBestStream(constants.AVMEDIA_TYPE_AUDIO)];
    if (stream === undefined) {
      await format.closeInput();
      return undefined;
    }
    for (const other of format.streams)
      if (other.index !== stream.index) other.discard = constants.AVDISCARD_ALL;
    return new SoundReader(ffmpeg, format, stream, recording.sound.startS + startS);
  }

  get timeBase(): TimeBase {
    const { num, den } = this.#stream.timeBase;
    return { num, den };
  }

  get codecName(): string {
    return this.#ffmpeg.lib.avGetCodecName(this.#stream.codecpar.codecId) ?? "unknown";
  }

  copyParametersTo(stream: Stream): void {
    this.#stream.codecpar.copy(stream.codecpar);
    // Tags are of the file format that the sound comes from.
    stream.codecpar.codecTag = 0;
    stream.timeBase = this.#stream.timeBase;
  }

  /** @returns the next packet that begins before that time, good until the next call; undefined where there is none */
  async before(seconds: number): Promise<Packet | undefined> {
    while (!this.#isAtEnd) {
      if (!this.#isLoaded && !(await this.#load())) return undefined;
      const { pts } = this.#packet;
      if (pts >= 0n && Number(pts) * this.#stream.timeBase.toDouble() >= seconds) return undefined;
      this.#isLoaded = false;
      if (pts >= 0n) return this.#packet;
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#packet.free();
    await this.#format.closeInput();
  }

  async #load(): Promise<boolean> {
    do {
      this.#packet.unref();
      if ((await this.#format.readFrame(this.#packet)) < 0) {
        this.#isAtEnd = true;
        return false;
      }
    } while (this.#packet.streamIndex !== this.#stream.index);
    const { pts, dts } = this.#packet;
    const none = this.#ffmpeg.constants.AV_NOPTS_VALUE;
    const time = pts === none ? dts : pts;
    this.#packet.pts = time - this.#zero;
    this.#packet.dts = time - this.#zero;
    this.#isLoaded = true;
    return true;
  }
}
