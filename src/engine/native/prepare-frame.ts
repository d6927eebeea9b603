import { type Frame, isCompressed } from "../../core/frame.js";
import type { RawPicture } from "../reference/pixel-rows.js";
import type { Expectations } from "./addon-error.js";
import { isPlainJpeg } from "./plain-jpeg.js";
import type { Turbojpeg } from "./turbojpeg.js";

/** A file that the addon decodes itself. */
type JpegFile = Pick<Frame, "width" | "height" | "data"> & { readonly encoding: "jpeg" };

/** What the addon takes. */
export interface PreparedFrame {
  readonly picture: RawPicture | JpegFile;
  readonly decodeMs: number;
}

/**
 * Decodes what the addon does not decode itself.
 * @param frame checked
 * @throws MavsegError `FRAME_UNDECODABLE`, `FRAME_INVALID` where the file is of another size
 */
export async function prepareFrame(frame: Frame, turbojpeg: Turbojpeg): Promise<PreparedFrame> {
  const { width, height, encoding, data } = frame;
  if (!isCompressed(encoding)) return { picture: frame as RawPicture, decodeMs: 0 };
  if (encoding === "jpeg" && isPlainJpeg(data) && turbojpeg.isThere()) {
    return { picture: { width, height, encoding, data }, decodeMs: 0 };
  }
  return decodeBySharp(frame);
}

async function decodeBySharp(frame: Frame): Promise<PreparedFrame> {
  const start = performance.now();
  // Loaded with the first frame that needs it: sharp costs 50 ms and 20 MB.
  const { decodePicture } = await import("../reference/decode-picture.js");
  const picture = await decodePicture(frame);
  return { picture, decodeMs: performance.now() - start };
}

/** What the addon's refusal of a picture had expected. */
export function jpegExpectations({ width, height, encoding }: PreparedFrame["picture"]): Expectations {
  if (encoding !== "jpeg") return {};
  return { FRAME_INVALID: `a jpeg file of ${width}x${height} px`, FRAME_UNDECODABLE: "a jpeg file" };
}
