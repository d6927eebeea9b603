import type { Frame as AvFrame, CodecContext } from "node-av/lib";
import { MavsegError } from "../../errors.js";
import { type Ffmpeg, ffmpegMessage, loadFfmpeg } from "../ffmpeg.js";
import { RgbConverter, type RgbPicture } from "./rgb-converter.js";

const CODECS = {
  h264: "AV_CODEC_ID_H264",
  h265: "AV_CODEC_ID_HEVC",
  vp9: "AV_CODEC_ID_VP9",
  av1: "AV_CODEC_ID_AV1",
} as const;

/**
 * Decodes compressed pictures that come one by one without a container. Such streams have no B-frames (Foxglove's schema
 * rules them out), so every picture comes out at once.
 */
export class PacketDecoder {
  readonly #ffmpeg: Ffmpeg;
  readonly #decoder: CodecContext;
  readonly #converter: RgbConverter;
  readonly #frame: AvFrame;

  private constructor(ffmpeg: Ffmpeg, decoder: CodecContext, converter: RgbConverter) {
    this.#ffmpeg = ffmpeg;
    this.#decoder = decoder;
    this.#converter = converter;
    this.#frame = new ffmpeg.lib.Frame();
    this.#frame.alloc();
  }

  /** @throws MavsegError `INPUT_UNREADABLE` for an unknown codec, `FFMPEG_MISSING` */
  static async open(
    format: string,
    size: { readonly width: number; readonly height: number } | undefined,
  ): Promise<PacketDecoder> {
    const ffmpeg = await loadFfmpeg();
    const { lib, constants } = ffmpeg;
    const known = CODECS[format as keyof typeof CODECS];
    const codec = known === undefined ? null : lib.Codec.findDecoder(constants[known]);
    if (codec === null) {
      const expected = `video in ${Object.keys(CODECS).join(", ")}`;
      throw new MavsegError("INPUT_UNREADABLE", { expected, actual: format });
    }
    const decoder = new lib.CodecContext();
    decoder.allocContext3(codec);
    // One thread: several would hold pictures back, and each has to come before its next message is looked at.
    decoder.threadCount = 1;
    const { AV_CODEC_FLAG_LOW_DELAY } = constants;
    decoder.setFlags(AV_CODEC_FLAG_LOW_DELAY);
    await decoder.open2(codec);
    return new PacketDecoder(ffmpeg, decoder, new RgbConverter(ffmpeg, size));
  }

  /**
   * @param isWanted false for a picture that others are made from, and that is not wanted itself
   * @throws Error with what FFmpeg says where no picture comes of it
   */
  async decode(data: Uint8Array, isWanted: boolean): Promise<RgbPicture | undefined> {
    const { lib } = this.#ffmpeg;
    const packet = new lib.Packet();
    packet.alloc();
    try {
      packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      this.#check(await this.#decoder.sendPacket(packet));
      this.#check(await this.#decoder.receiveFrame(this.#frame));
      return isWanted ? await this.#converter.convert(this.#frame) : undefined;
    } finally {
      packet.free();
      this.#frame.unref();
    }
  }

  close(): void {
    this.#converter.close();
    this.#frame.free();
    this.#decoder.freeContext();
  }

  #check(result: number): void {
    if (result < 0) throw new Error(ffmpegMessage(this.#ffmpeg, result));
  }
}
