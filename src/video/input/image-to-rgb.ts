import type { Sharp } from "sharp";
import type { RecordingOptions } from "../recording.js";
import type { RgbPicture } from "./rgb-converter.js";

/** @param size the picture is stretched to it; undefined keeps its own */
export async function imageToRgb(image: Sharp, size: RecordingOptions["size"]): Promise<RgbPicture> {
  const sized = size === undefined ? image : image.resize(size.width, size.height, { fit: "fill" });
  const { data, info } = await sized
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data, release: () => {} };
}
