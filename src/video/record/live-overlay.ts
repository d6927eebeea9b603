import sharp from "sharp";
import type { ClassInfo } from "../../core/classes.js";
import { type Frame, isCompressed } from "../../core/frame.js";
import { type Ffmpeg, loadFfmpeg } from "../ffmpeg.js";
import { FilmPainter } from "../film-painter.js";
import { imageToRgb } from "../input/image-to-rgb.js";
import { videoWithoutData, withVideoData } from "../mcap/mask-messages.js";
import { rawToRgb } from "../mcap/raw-to-rgb.js";
import { annexB, H264Encoder } from "../output/h264-encoder.js";
import type { SegmentedFrame } from "../segmented.js";

/** Of the encoder's clock, which only orders the pictures here: messages have times of their own. */
const TICKS_PER_S = 90_000;
/** For the encoder's rate control; what cameras usually have. */
const FRAMES_PER_SECOND = 30;

/** Overlays of a camera as H.264, every picture at once: a recording can be cut off at any moment. */
export class LiveOverlay {
  readonly #ffmpeg: Ffmpeg;
  readonly #painter: FilmPainter;
  #open: { readonly encoder: H264Encoder; readonly width: number; readonly height: number } | undefined;
  #ticks = -1n;

  private constructor(ffmpeg: Ffmpeg, classes: readonly ClassInfo[]) {
    this.#ffmpeg = ffmpeg;
    this.#painter = new FilmPainter(classes);
  }

  /** @throws MavsegError `FFMPEG_MISSING` */
  static async create(classes: readonly ClassInfo[]): Promise<LiveOverlay> {
    return new LiveOverlay(await loadFfmpeg(), classes);
  }

  /** @returns a message of foxglove.CompressedVideo. @throws MavsegError `OVERLAY_FAILED` */
  async encode(segmented: SegmentedFrame): Promise<Uint8Array> {
    const { frame } = segmented.picture;
    const rgb = await frameToRgb(frame);
    const encoder = await this.#encoderFor(frame);
    const ticks = BigInt(Math.round(segmented.timeS * TICKS_PER_S));
    this.#ticks = ticks > this.#ticks ? ticks : this.#ticks + 1n;
    const encoded = await encoder.encode(rgb, this.#ticks, (into) => this.#painter.paint(into, segmented));
    const pictures = encoded.map((picture) => annexB(picture, encoder.header));
    return withVideoData(videoWithoutData(frame.stamp, frame.frameId), Buffer.concat(pictures));
  }

  close(): void {
    this.#open?.encoder.close();
  }

  /** Where the camera's size changes, the film goes on with a key frame of the new one. */
  async #encoderFor({ width, height }: Frame): Promise<H264Encoder> {
    if (this.#open?.width === width && this.#open.height === height) return this.#open.encoder;
    this.#open?.encoder.close();
    const timeBase = { num: 1, den: TICKS_PER_S };
    const options = { width, height, timeBase, framesPerSecond: FRAMES_PER_SECOND, isLive: true };
    const encoder = await H264Encoder.open(this.#ffmpeg, options);
    this.#open = { encoder, width, height };
    return encoder;
  }
}

/** @returns `[height, width, 3]` RGB */
async function frameToRgb(frame: Frame): Promise<Uint8Array> {
  if (!isCompressed(frame.encoding)) return rawToRgb(frame);
  return (await imageToRgb(sharp(frame.data), undefined)).data;
}
