import type { Frame } from "../core/frame.js";
import type { Mask } from "../core/mask.js";
import type { RecordedPicture } from "./recording.js";

/** A frame with its mask, of a recording or of a camera. */
export interface SegmentedFrame {
  readonly picture: { readonly frame: Frame };
  readonly mask: Mask;
  /** Seconds from the recording's start. */
  readonly timeS: number;
}

/** A picture with its mask, on its way to the outputs. All of it is lent: outputs copy what they keep. */
export interface SegmentedPicture extends SegmentedFrame {
  readonly picture: RecordedPicture;
  /** `[height, width, 3]` RGB: the picture with its mask over it; drawn when first asked for. Films are drawn otherwise. */
  overlay(): Uint8Array;
}
