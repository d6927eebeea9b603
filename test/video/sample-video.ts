import type { CodecContext, FormatContext, Stream } from "node-av/lib";
import { type Ffmpeg, loadFfmpeg } from "../../src/video/ffmpeg.js";
import { x264Parameters } from "../../src/video/output/x264-parameters.js";
import type { TimeBase } from "../../src/video/recording.js";

export interface SampleVideo {
  readonly width: number;
  readonly height: number;
  readonly timeBase: TimeBase;
  /** When each picture is shown. */
  readonly ticks: readonly number[];
  /** `[height, width, 3]` RGB of one picture. */
  readonly draw: (index: number) => Uint8Array;
  /** Clockwise quarter turns that a player has to make. */
  readonly quarterTurns?: number;
  /** A second of silence and a half, as AAC. */
  readonly hasSound?: boolean;
  readonly keyFrameEvery?: number;
  /** `h264` unless it says otherwise. */
  readonly codec?: "h264" | "hevc";
  /** Whether the stream has no container, and hence no times. */
  readonly isRaw?: boolean;
}

export const SOUND_RATE = 48_000;
const SOUND_SAMPLES = 72_000;

/** Writes a small video with B-frames, in the format that the file's name says. */
export async function writeSampleVideo(file: string, sample: SampleVideo): Promise<void> {
  const ffmpeg = await loadFfmpeg();
  const { lib } = ffmpeg;
  const format = new lib.FormatContext();
  format.allocOutputContext2(null, null, file);
  const encoder = await openEncoder(ffmpeg, sample);
  const video = format.newStream();
  video.codecpar.fromContext(encoder);
  video.timeBase = encoder.timeBase;
  turn(ffmpeg, video, sample.quarterTurns ?? 0);
  const sound = sample.hasSound === true ? await openSound(ffmpeg, format) : undefined;
  must(await format.openOutput());
  must(await format.writeHeader());
  if (sound !== undefined) await writeSound(ffmpeg, format, sound);
  await writePictures(ffmpeg, format, { encoder, video, sample });
  must(await format.writeTrailer());
  await format.closeOutput();
  format.freeContext();
  encoder.freeContext();
}

/** A grey picture with a white square, whose place says which picture it is. */
export function squarePicture(
  width: number,
  height: number,
  left: number,
  top: number,
  side = 16,
): Uint8Array {
  const rgb = new Uint8Array(width * height * 3).fill(40);
  for (let y = top; y < top + side; y++) rgb.fill(250, (y * width + left) * 3, (y * width + left + side) * 3);
  return rgb;
}

async function openEncoder({ lib, constants }: Ffmpeg, sample: SampleVideo): Promise<CodecContext> {
  const name = sample.codec === "hevc" ? constants.FF_ENCODER_LIBX265 : constants.FF_ENCODER_LIBX264;
  const codec = lib.Codec.findEncoderByName(name);
  if (codec === null) throw new Error(`no ${name}`);
  const encoder = new lib.CodecContext();
  encoder.allocContext3(codec);
  encoder.width = sample.width;
  encoder.height = sample.height;
  encoder.pixelFormat = constants.AV_PIX_FMT_YUV420P;
  encoder.colorSpace = constants.AVCOL_SPC_BT709;
  encoder.colorRange = constants.AVCOL_RANGE_MPEG;
  encoder.timeBase = new lib.Rational(sample.timeBase.num, sample.timeBase.den);
  encoder.gopSize = sample.keyFrameEvery ?? 12;
  encoder.maxBFrames = 2;
  encoder.threadCount = 1;
  if (sample.isRaw !== true) encoder.setFlags(constants.AV_CODEC_FLAG_GLOBAL_HEADER);
  const { AV_OPT_TYPE_FLOAT, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN } = constants;
  // x265 writes to stderr past FFmpeg's log.
  encoder.setOption("x265-params", "log-level=none", AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
  encoder.setOption("crf", 10, AV_OPT_TYPE_FLOAT, AV_OPT_SEARCH_CHILDREN);
  encoder.setOption("x264-params", x264Parameters(), AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
  must(await encoder.open2(codec));
  return encoder;
}

function turn({ constants }: Ffmpeg, video: Stream, quarterTurns: number): void {
  if (quarterTurns === 0) return;
  const one = 1 << 16;
  const cos = [1, 0, -1, 0][quarterTurns]! * one;
  const sin = [0, 1, 0, -1][quarterTurns]! * one;
  const matrix = Int32Array.from([cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30]);
  must(video.codecpar.addCodedSideData(constants.AV_PKT_DATA_DISPLAYMATRIX, Buffer.from(matrix.buffer)));
}

interface Pictures {
  readonly encoder: CodecContext;
  readonly video: Stream;
  readonly sample: SampleVideo;
}

async function writePictures(
  { lib, constants }: Ffmpeg,
  format: FormatContext,
  pictures: Pictures,
): Promise<void> {
  const { encoder, video, sample } = pictures;
  const { width, height, ticks, draw } = sample;
  const scaler = new lib.SoftwareScaleContext();
  scaler.allocContext();
  for (const [index, pts] of ticks.entries()) {
    const rgb = lib.Frame.fromVideoBuffer(Buffer.from(draw(index)), {
      width,
      height,
      format: constants.AV_PIX_FMT_RGB24,
    });
    const yuv = new lib.Frame();
    yuv.alloc();
    yuv.width = width;
    yuv.height = height;
    yuv.format = constants.AV_PIX_FMT_YUV420P;
    yuv.colorSpace = constants.AVCOL_SPC_BT709;
    yuv.colorRange = constants.AVCOL_RANGE_MPEG;
    must(await scaler.scaleFrame(yuv, rgb));
    yuv.pts = BigInt(pts);
    must(await encoder.sendFrame(yuv));
    await drain(lib, format, encoder, video);
  }
  must(await encoder.sendFrame(null));
  await drain(lib, format, encoder, video);
}

async function openSound({ lib, constants }: Ffmpeg, format: FormatContext) {
  const codec = lib.Codec.findEncoderByName(constants.FF_ENCODER_AAC);
  if (codec === null) throw new Error("no AAC");
  const encoder = new lib.CodecContext();
  encoder.allocContext3(codec);
  encoder.sampleRate = SOUND_RATE;
  encoder.sampleFormat = constants.AV_SAMPLE_FMT_FLTP;
  encoder.channelLayout = lib.avChannelLayoutDefault(1);
  encoder.timeBase = new lib.Rational(1, SOUND_RATE);
  encoder.setFlags(constants.AV_CODEC_FLAG_GLOBAL_HEADER);
  must(await encoder.open2(codec));
  const stream = format.newStream();
  stream.codecpar.fromContext(encoder);
  stream.timeBase = encoder.timeBase;
  return { encoder, stream };
}

async function writeSound(
  { lib, constants }: Ffmpeg,
  format: FormatContext,
  { encoder, stream }: { readonly encoder: CodecContext; readonly stream: Stream },
): Promise<void> {
  const nbSamples = encoder.frameSize;
  for (let at = 0; at < SOUND_SAMPLES; at += nbSamples) {
    const frame = lib.Frame.fromAudioBuffer(Buffer.alloc(nbSamples * 4), {
      nbSamples,
      format: constants.AV_SAMPLE_FMT_FLTP,
      sampleRate: SOUND_RATE,
      channelLayout: lib.avChannelLayoutDefault(1),
    });
    frame.pts = BigInt(at);
    must(await encoder.sendFrame(frame));
    await drain(lib, format, encoder, stream);
  }
  must(await encoder.sendFrame(null));
  await drain(lib, format, encoder, stream);
  encoder.freeContext();
}

async function drain(
  lib: Ffmpeg["lib"],
  format: FormatContext,
  encoder: CodecContext,
  stream: Stream,
): Promise<void> {
  const packet = new lib.Packet();
  packet.alloc();
  while ((await encoder.receivePacket(packet)) >= 0) {
    packet.streamIndex = stream.index;
    // Without one the last picture would lie at the very end of MP4's edit list, and be cut off by it.
    if (packet.duration === 0n) packet.duration = 1n;
    packet.rescaleTs(encoder.timeBase, stream.timeBase);
    must(await format.interleavedWriteFrame(packet));
  }
  packet.free();
}

function must(result: number): void {
  if (result < 0) throw new Error(`FFmpeg answered ${result}`);
}
