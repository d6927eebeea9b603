import type { CodecContext, FormatContext, Stream } from "node-av/lib";
import { MavsegError } from "../../errors.js";
import { type Ffmpeg, ffmpegMessage } from "../ffmpeg.js";

/** A file with its picture stream found and its decoder ready. */
export interface VideoStream {
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly decoder: CodecContext;
  close(): Promise<void>;
}

/**
 * Opens a file and a decoder for its first real picture stream (not a cover picture).
 * @throws MavsegError `INPUT_UNREADABLE`, `FFMPEG_MISSING`
 */
export async function openVideoStream(ffmpeg: Ffmpeg, file: string): Promise<VideoStream> {
  const { lib, constants } = ffmpeg;
  const unreadable = (actual: string) =>
    new MavsegError("INPUT_UNREADABLE", { expected: `a video in ${file}`, actual });
  const format = new lib.FormatContext();
  const close = async () => {
    await format.closeInput();
  };
  const opened = await format.openInput(file);
  if (opened < 0) throw unreadable(ffmpegMessage(ffmpeg, opened));
  try {
    const found = await format.findStreamInfo();
    if (found < 0) throw unreadable(ffmpegMessage(ffmpeg, found));
    const index = format.findBestStream(constants.AVMEDIA_TYPE_VIDEO);
    const stream = format.streams[index];
    if (stream === undefined) throw unreadable("a file without pictures");
    for (const other of format.streams) if (other.index !== index) other.discard = constants.AVDISCARD_ALL;
    const decoder = await openDecoder(ffmpeg, stream);
    if (typeof decoder === "string") throw unreadable(decoder);
    return {
      format,
      stream,
      decoder,
      close: async () => {
        decoder.freeContext();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns what is wrong, where no decoder can be had */
async function openDecoder(ffmpeg: Ffmpeg, stream: Stream): Promise<CodecContext | string> {
  const { lib, constants } = ffmpeg;
  const { codecId } = stream.codecpar;
  const codec = lib.Codec.findDecoder(codecId);
  if (codec === null) return `pictures in ${lib.avGetCodecName(codecId)}, for which there is no decoder`;
  const decoder = new lib.CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  decoder.pktTimebase = stream.timeBase;
  // 0: as many as there are processors, but for the slices of one picture, not for several pictures: where data is
  // damaged, what pictures show would depend on which thread is how far.
  decoder.threadCount = 0;
  decoder.threadType = constants.FF_THREAD_SLICE;
  const result = await decoder.open2(codec);
  if (result >= 0) return decoder;
  decoder.freeContext();
  return ffmpegMessage(ffmpeg, result);
}
