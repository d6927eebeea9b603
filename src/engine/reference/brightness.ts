import { fromHalf } from "../../core/half-float.js";
import type { ModelManifest } from "../../model/manifest.js";
import type { GreyPicture } from "../../temporal/grey-picture.js";
import type { InputTensor } from "./input-tensor.js";

/** The native engine reads no more rows either, to save time. */
const ROW_STEP = 2;

/** Green stands for all colours: it carries most of the luma. */
const GREEN = 1;

/**
 * Reads a small grey picture, 0..255, out of a net's input tensor: the mean of the tensor px under each px of the picture,
 * of every second row.
 * @param stride tensor px per px of the picture
 */
export function readBrightness(
  { data, dims, channels }: Pick<InputTensor, "data" | "dims" | "channels">,
  input: Pick<ModelManifest["input"], "dtype" | "layout" | "scale" | "mean" | "std">,
  stride: number,
  to: GreyPicture,
): void {
  const isPlanar = input.layout === "NCHW";
  const [width, height] = isPlanar ? [dims[3]!, dims[2]!] : [dims[2]!, dims[1]!];
  const channel = channels === 1 ? 0 : GREEN;
  const step = isPlanar ? 1 : channels;
  const first = isPlanar ? channel * width * height : channel;
  const value = input.dtype === "float16" ? (at: number) => fromHalf(data[at]!) : (at: number) => data[at]!;
  for (let y = 0; y < to.height; y++) {
    const endRow = Math.min((y + 1) * stride, height);
    for (let x = 0; x < to.width; x++) {
      const endColumn = Math.min((x + 1) * stride, width);
      let sum = 0;
      let rows = 0;
      for (let row = y * stride; row < endRow; row += ROW_STEP, rows++) {
        for (let column = x * stride; column < endColumn; column++) {
          sum += value(first + (row * width + column) * step);
        }
      }
      const mean = sum / (rows * (endColumn - x * stride));
      const grey = (mean * input.std[channel]! + input.mean[channel]!) / input.scale;
      to.px[y * to.width + x] = Math.min(Math.max(Math.floor(grey + 0.5), 0), 255);
    }
  }
}
