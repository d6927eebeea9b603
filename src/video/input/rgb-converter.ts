import type { Frame as AvFrame, SoftwareScaleContext } from "node-av/lib";
import { MavsegError } from "../../errors.js";
import { type Ffmpeg, ffmpegMessage } from "../ffmpeg.js";
import { type Orientation, orient, swapsSides } from "./orientation.js";

/** RGB pixels that were lent out of a pool. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` without padding. */
  readonly data: Uint8Array;
  /** What it was made from, where that is of the same size and not turned; good until `release`. */
  readonly decoded?: AvFrame | undefined;
  release(): void;
}

interface Slot {
  readonly frame: AvFrame;
  /** The frame's own memory, not a copy. */
  readonly data: Uint8Array;
}

/**
 * Brings decoded pictures of any pixel format to RGB, in the colours that the stream says it has (BT.601, BT.709, limited
 * or full range), and to a size. The scaler writes straight into the memory that the engine reads.
 */
export class RgbConverter {
  readonly #ffmpeg: Ffmpeg;
  readonly #size: { readonly width: number; readonly height: number } | undefined;
  readonly #orientation: Orientation | undefined;
  readonly #scaler: SoftwareScaleContext;
  #spare: Slot[] = [];
  #turned: Uint8Array[] = [];

  /** @param size of the upright picture; undefined keeps each at its own */
  constructor(
    ffmpeg: Ffmpeg,
    size: { readonly width: number; readonly height: number } | undefined,
    orientation?: Orientation,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#size = size;
    this.#orientation = orientation;
    this.#scaler = new ffmpeg.lib.SoftwareScaleContext();
    // Without init: FFmpeg then takes sizes, formats and colours from the two frames of each call.
    this.#scaler.allocContext();
  }

  /** @throws MavsegError `FRAME_UNDECODABLE` where FFmpeg cannot convert the pixel format */
  async convert(from: AvFrame): Promise<RgbPicture> {
    const orientation = this.#orientation;
    const isSwapped = orientation !== undefined && swapsSides(orientation);
    const upright = this.#size ?? {
      width: isSwapped ? from.height : from.width,
      height: isSwapped ? from.width : from.height,
    };
    const width = isSwapped ? upright.height : upright.width;
    const height = isSwapped ? upright.width : upright.height;
    const slot = this.#take(width, height);
    const result = await this.#scaler.scaleFrame(slot.frame, from);
    if (result < 0) {
      throw new MavsegError("FRAME_UNDECODABLE", {
        expected: "a pixel format that can be brought to RGB",
        actual: ffmpegMessage(this.#ffmpeg, result),
      });
    }
    const giveBack = () => this.#spare.push(slot);
    if (orientation === undefined) {
      // A reference, not a copy: the decoder leaves these pixels alone until it is freed.
      const decoded = this.#size === undefined ? (from.clone() ?? undefined) : undefined;
      const release = () => {
        giveBack();
        decoded?.free();
      };
      return { width, height, data: slot.data, decoded, release };
    }
    const spare = this.#turned.pop();
    const data = spare?.length === slot.data.length ? spare : new Uint8Array(slot.data.length);
    orient(slot.data, width, height, orientation, data);
    giveBack();
    return { ...upright, data, release: () => this.#turned.push(data) };
  }

  close(): void {
    this.#scaler.freeContext();
    // Not freed by hand: who still holds a picture may read it until it lets go of it.
    this.#spare = [];
    this.#turned = [];
  }

  #take(width: number, height: number): Slot {
    const spare = this.#spare.pop();
    if (spare !== undefined && spare.frame.width === width && spare.frame.height === height) return spare;
    // Streams can change their size in the middle: what is spare is of no use any more then.
    this.#spare = [];
    const { lib, constants } = this.#ffmpeg;
    const frame = new lib.Frame();
    frame.alloc();
    frame.width = width;
    frame.height = height;
    frame.format = constants.AV_PIX_FMT_RGB24;
    // Rows without padding, as the overlay and the picture files want them.
    const result = frame.getBuffer(1);
    const data = frame.data?.[0];
    if (result < 0 || data === undefined) {
      throw new MavsegError("FRAME_UNDECODABLE", {
        expected: `memory for a picture of ${width}x${height} px`,
        actual: ffmpegMessage(this.#ffmpeg, result),
      });
    }
    return { frame, data: data.subarray(0, width * height * 3) };
  }
}
