import type { AVPixelFormat } from "node-av/constants";
import type { Frame as AvFrame, CodecContext, Packet, SoftwareScaleContext } from "node-av/lib";
import { MavsegError } from "../../errors.js";
import type { YuvPicture } from "../../overlay/yuv-canvas.js";
import { type Ffmpeg, ffmpegMessage } from "../ffmpeg.js";
import type { TimeBase } from "../recording.js";
import { x264Parameters } from "./x264-parameters.js";

/** A compressed picture. */
export interface EncodedPicture {
  readonly ticks: bigint;
  readonly isKey: boolean;
  readonly data: Uint8Array;
}

export interface H264Options {
  readonly width: number;
  readonly height: number;
  readonly timeBase: TimeBase;
  readonly framesPerSecond: number;
  /** Gives every picture back at once, for streams that may be cut off at any moment; costs some room. */
  readonly isLive?: boolean;
}

/**
 * An overlay is for looking at, and must not set the pace. With the look ahead of the slower presets, which tells what later
 * pictures are predicted from, this one takes 0.6 to 0.8 of the time of "veryfast", for up to 4 % more bytes and 0.3 to 0.8
 * dB less.
 */
const FILM = { preset: "superfast", parameters: "mbtree=1:rc-lookahead=10" };
/** A live stream cannot look ahead, and without that the preset above takes 15 % more room than this one. */
const LIVE = { preset: "veryfast", parameters: "" };
/** Constant quality, hardly to be told from the original (x264's default is 23, 18 counts as without visible loss). */
const CRF = 20;
/** Fixed, not the machine's: x264 writes other bytes with another number of threads. */
const THREADS = 4;
/** Of the widest vectors. */
const ROW_ALIGNMENT_BYTES = 64;
/** A key frame at least every ten seconds of 30 fps: players jump to them. */
const KEY_FRAME_EVERY = 300;

/** Pictures to H.264, 4:2:0 BT.709, without B-frames: packets come in the order of time, and parts can be joined. */
export class H264Encoder {
  readonly #ffmpeg: Ffmpeg;
  readonly #options: H264Options;
  readonly #codec: CodecContext;
  readonly #scaler: SoftwareScaleContext;
  readonly #packet: Packet;
  #rgb: { readonly frame: AvFrame; readonly data: Uint8Array } | undefined;
  #yuv: { readonly frame: AvFrame; readonly picture: YuvPicture };

  private constructor(ffmpeg: Ffmpeg, options: H264Options, codec: CodecContext) {
    const { lib } = ffmpeg;
    this.#ffmpeg = ffmpeg;
    this.#options = options;
    this.#codec = codec;
    this.#scaler = new lib.SoftwareScaleContext();
    this.#scaler.allocContext();
    this.#packet = new lib.Packet();
    this.#packet.alloc();
    this.#yuv = this.#newYuv();
  }

  /** @throws MavsegError `OVERLAY_FAILED` */
  static async open(ffmpeg: Ffmpeg, options: H264Options): Promise<H264Encoder> {
    const { lib, constants } = ffmpeg;
    const failed = (actual: string) =>
      new MavsegError("OVERLAY_FAILED", {
        expected: `an H.264 encoder for ${options.width}x${options.height} px`,
        actual,
      });
    const codec = lib.Codec.findEncoderByName(constants.FF_ENCODER_LIBX264);
    if (codec === null) throw failed("an FFmpeg without libx264");
    const context = new lib.CodecContext();
    context.allocContext3(codec);
    context.width = options.width;
    context.height = options.height;
    context.pixelFormat = pixelFormat(ffmpeg, options);
    context.colorSpace = constants.AVCOL_SPC_BT709;
    context.colorPrimaries = constants.AVCOL_PRI_BT709;
    context.colorTrc = constants.AVCOL_TRC_BT709;
    context.colorRange = constants.AVCOL_RANGE_MPEG;
    context.timeBase = new lib.Rational(options.timeBase.num, options.timeBase.den);
    context.framerate = new lib.Rational(Math.round(options.framesPerSecond * 1000), 1000);
    context.gopSize = KEY_FRAME_EVERY;
    context.maxBFrames = 0;
    context.threadCount = THREADS;
    // Parameter sets once in the header, as MP4 wants them, not before each key frame.
    context.setFlags(constants.AV_CODEC_FLAG_GLOBAL_HEADER);
    const { AV_OPT_TYPE_STRING, AV_OPT_TYPE_FLOAT, AV_OPT_SEARCH_CHILDREN } = constants;
    const { preset, parameters } = options.isLive === true ? LIVE : FILM;
    context.setOption("preset", preset, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
    if (options.isLive) context.setOption("tune", "zerolatency", AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
    context.setOption("crf", CRF, AV_OPT_TYPE_FLOAT, AV_OPT_SEARCH_CHILDREN);
    const all = [x264Parameters(), parameters].filter((text) => text !== "").join(":");
    context.setOption("x264-params", all, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
    const result = await context.open2(codec);
    if (result < 0) throw failed(ffmpegMessage(ffmpeg, result));
    return new H264Encoder(ffmpeg, options, context);
  }

  /** Parameter sets, the same for all pictures. */
  get header(): Uint8Array {
    return this.#codec.extraData ?? new Uint8Array(0);
  }

  /**
   * Takes a picture and gives those that are ready, which lag some behind. One call at a time.
   * @param from `[height, width, 3]` RGB, or a picture as a decoder gave it, which spares the conversion; read before this
   *   resolves
   * @param draw draws on the picture before it is encoded
   */
  async encode(
    from: Uint8Array | AvFrame,
    ticks: bigint,
    draw?: (picture: YuvPicture) => void,
  ): Promise<EncodedPicture[]> {
    const { timeBase } = this.#options;
    // libx264 copies what it is given. Where it has not done so yet, the memory cannot be drawn on.
    if (!this.#yuv.frame.isWritable) this.#yuv = this.#newYuv();
    const { frame, picture } = this.#yuv;
    const source = from instanceof Uint8Array ? this.#toFrame(from) : from;
    this.#check(await this.#scaler.scaleFrame(frame, source), "a picture in 4:2:0");
    draw?.(picture);
    frame.pts = ticks;
    frame.timeBase = new this.#ffmpeg.lib.Rational(timeBase.num, timeBase.den);
    this.#check(await this.#codec.sendFrame(frame), "to encode a picture");
    return this.#receive();
  }

  /** The pictures that are still on their way; nothing can be encoded after it. */
  async finish(): Promise<EncodedPicture[]> {
    this.#check(await this.#codec.sendFrame(null), "to encode the last pictures");
    return this.#receive();
  }

  close(): void {
    this.#codec.freeContext();
    this.#scaler.freeContext();
    this.#packet.free();
    this.#yuv.frame.free();
    this.#rgb?.frame.free();
  }

  #toFrame(rgb: Uint8Array): AvFrame {
    if (this.#rgb === undefined) {
      const frame = this.#newFrame(this.#ffmpeg.constants.AV_PIX_FMT_RGB24, 1);
      this.#rgb = { frame, data: frame.data?.[0] as Buffer };
    }
    this.#rgb.data.set(rgb);
    return this.#rgb.frame;
  }

  #newYuv(): { readonly frame: AvFrame; readonly picture: YuvPicture } {
    const { constants } = this.#ffmpeg;
    const { width, height } = this.#options;
    const format = pixelFormat(this.#ffmpeg, this.#options);
    const frame = this.#newFrame(format, ROW_ALIGNMENT_BYTES);
    frame.colorSpace = constants.AVCOL_SPC_BT709;
    frame.colorRange = constants.AVCOL_RANGE_MPEG;
    const [luma, u, v] = frame.data as Buffer[];
    const [lumaStep, uStep, vStep] = frame.linesize;
    const chromaShift = format === constants.AV_PIX_FMT_YUV420P ? 1 : 0;
    const planes = [luma, u, v] as unknown as YuvPicture["planes"];
    const steps = [lumaStep, uStep, vStep] as unknown as YuvPicture["steps"];
    return { frame, picture: { width, height, planes, steps, chromaShift } };
  }

  #newFrame(format: AVPixelFormat, rowAlignmentBytes: number): AvFrame {
    const frame = new this.#ffmpeg.lib.Frame();
    frame.alloc();
    frame.width = this.#options.width;
    frame.height = this.#options.height;
    frame.format = format;
    this.#check(frame.getBuffer(rowAlignmentBytes), "memory for a picture");
    return frame;
  }

  async #receive(): Promise<EncodedPicture[]> {
    const encoded: EncodedPicture[] = [];
    const packet = this.#packet;
    while ((await this.#codec.receivePacket(packet)) >= 0) {
      // A copy: the packet's memory is used again for the next one.
      const data = Buffer.from(packet.data ?? []);
      encoded.push({ ticks: packet.pts, isKey: packet.isKeyframe, data });
      packet.unref();
    }
    return encoded;
  }

  #check(result: number, expected: string): void {
    if (result >= 0) return;
    throw new MavsegError("OVERLAY_FAILED", { expected, actual: ffmpegMessage(this.#ffmpeg, result) });
  }
}

/** A picture as streams without a container want it: each key frame with the parameter sets before it. */
export function annexB({ isKey, data }: EncodedPicture, parameters: Uint8Array): Uint8Array {
  return isKey ? Buffer.concat([parameters, data]) : data;
}

/** Half the colour resolution cannot be had with odd sides; few players take the full one, so only there. */
function pixelFormat({ constants }: Ffmpeg, { width, height }: H264Options): AVPixelFormat {
  const isEven = width % 2 === 0 && height % 2 === 0;
  return isEven ? constants.AV_PIX_FMT_YUV420P : constants.AV_PIX_FMT_YUV444P;
}
