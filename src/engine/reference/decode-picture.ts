import sharp, { type OutputInfo } from "sharp";
import type { Frame } from "../../core/frame.js";
import { checkFrame } from "../../core/frame.js";
import { MavsegError } from "../../errors.js";
import type { RawPicture } from "./pixel-rows.js";

/** What a frame's pixels need to be read; the rest of a frame is for its sender and receiver. */
export type FramePixels = Pick<Frame, "width" | "height" | "step" | "encoding" | "data">;

/**
 * Checks a frame and, where it is a JPEG or PNG file, decodes it (on libuv's threads). Raw frames are passed on as they are.
 * Rotation tags are not followed: a mask lies on the picture as the sensor gave it.
 * @throws MavsegError `FRAME_INVALID`, `FRAME_UNDECODABLE`
 */
export async function decodePicture(frame: FramePixels): Promise<RawPicture> {
  checkFrame(frame);
  const { width, height, encoding } = frame;
  if (encoding !== "jpeg" && encoding !== "png") return { ...frame, encoding };
  const { data, info } = await decode(frame);
  if (info.width !== width || info.height !== height)
    throw wrongSize(frame, `${info.width}x${info.height} px`);
  const step = width * info.channels;
  return { width, height, step, encoding: info.channels === 1 ? "mono8" : "rgb8", data };
}

/** @returns one channel for grey files, three for all others */
async function decode(frame: FramePixels): Promise<{ data: Uint8Array; info: OutputInfo }> {
  // A small file can unpack to gigabytes; the size in the header is the limit.
  const limitInputPixels = frame.width * frame.height;
  try {
    const image = sharp(frame.data, { limitInputPixels });
    const { channels } = await image.metadata();
    const isGrey = channels <= 2;
    // Grey that stays one channel is a third of the bytes to write here and to read again for the tensor.
    return await image
      .removeAlpha()
      .toColourspace(isGrey ? "b-w" : "srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    const { message } = cause as Error;
    if (message.includes("pixel limit")) throw wrongSize(frame, "a larger picture");
    throw new MavsegError("FRAME_UNDECODABLE", {
      expected: `a ${frame.encoding} file`,
      actual: message,
      cause,
    });
  }
}

function wrongSize(frame: FramePixels, actual: string): MavsegError {
  return new MavsegError("FRAME_INVALID", {
    expected: `a ${frame.encoding} file of ${frame.width}x${frame.height} px`,
    actual,
  });
}
