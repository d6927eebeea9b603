import { type ClassInfo, parseColor } from "../core/classes.js";
import { fillYuvRect, OPAQUE, toYuv, type YuvPicture } from "../overlay/yuv-canvas.js";
import { YuvClasses } from "../overlay/yuv-classes.js";
import { drawBar } from "./overlay-bar.js";
import type { SegmentedFrame } from "./segmented.js";

/** Draws the overlays of films into the encoder's own pictures: bringing RGB to these takes as long as decoding does. */
export class FilmPainter {
  readonly #classes: readonly ClassInfo[];
  readonly #yuvClasses: YuvClasses;

  constructor(classes: readonly ClassInfo[]) {
    this.#classes = classes;
    this.#yuvClasses = new YuvClasses(classes.map(({ color }) => toYuv(parseColor(color))));
  }

  /** @param into the camera's picture; drawn over in place */
  paint(into: YuvPicture, { picture, mask, timeS }: SegmentedFrame): void {
    this.#yuvClasses.draw(into, mask.data);
    const { seq } = picture.frame;
    drawBar(
      (rect, color, opacity) => fillYuvRect(into, rect, toYuv(color), Math.round(opacity * OPAQUE)),
      into,
      this.#classes,
      { seq, timeS },
    );
  }
}
