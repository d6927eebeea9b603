import type { Frame } from "../core/frame.js";
import { stampToMs } from "../core/stamp.js";

/** After so long a silence a camera looks elsewhere, and what still fits by chance is no evidence. */
export const MAX_GAP_MS = 1000;

type Known = Pick<Frame, "frameId" | "stamp" | "width" | "height">;

/** Says of each frame whether it follows on the one before: of the same camera and size, later, and not much later. */
export class Continuity {
  #last: Known | undefined;

  /** To be asked once for each frame, in their order. */
  follows({ frameId, stamp, width, height }: Known): boolean {
    const last = this.#last;
    this.#last = { frameId, stamp, width, height };
    if (last === undefined || last.frameId !== frameId) return false;
    if (last.width !== width || last.height !== height) return false;
    const gapMs = stampToMs(stamp) - stampToMs(last.stamp);
    return gapMs >= 0 && gapMs <= MAX_GAP_MS;
  }

  /** The next frame follows on none. */
  forget(): void {
    this.#last = undefined;
  }
}
