import type { OnnxModel } from "../model/onnx-model.js";
import { convolutionWork } from "./convolution-work.js";

/**
 * How onnxruntime's CPU kernels lay maps out. `blocked`: channels in blocks of a vector register; narrower maps are filled
 * up with zeros. `plain`: a plane per channel.
 */
export type MapLayout = "blocked" | "plain";

/** The variable of the environment that overrules the choice. */
export const LAYOUT_SWITCH = "MAVSEG_LAYOUT";

/** Channels of a block on processors with registers of 512 bits; on others it has 8. */
const BLOCK_CHANNELS = 16;

/** Of the multiply-adds, in convolutions that do not fill a block, for the plain layout to be faster (decision 0012). */
const NARROW_SHARE = 0.5;

/**
 * Chooses the layout for a net by its own numbers, so that the same net gives the same bits on every start.
 * @returns `plain` where most multiply-adds lie in convolutions with fewer channels than a block has
 */
export function chooseLayout(model: OnnxModel): MapLayout {
  const wanted = process.env[LAYOUT_SWITCH];
  if (wanted === "blocked" || wanted === "plain") return wanted;
  let all = 0;
  let narrow = 0;
  for (const { channels, work } of convolutionWork(model.graph)) {
    all += work;
    if (channels < BLOCK_CHANNELS) narrow += work;
  }
  return narrow > NARROW_SHARE * all ? "plain" : "blocked";
}
