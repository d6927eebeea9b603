import type { BlockMotion } from "./block-motion.js";
import { BLOCK_PX } from "./block-motion.js";
import type { GreyPicture } from "./grey-picture.js";
import type { TemporalSettings } from "./settings.js";

const WINDOW_REACH = 2;
const WINDOW_PX = (2 * WINDOW_REACH + 1) ** 2;
/** The residual of px that come from outside of the frame before. */
const UNSEEN = 255;

/** Says px by px where a picture's px lay in the one before, and how far that is to be trusted. */
export class Trust {
  /** `[height, width]`: index of the px in the frame before; -1 where it lay outside. */
  readonly source: Int32Array;
  /** `[height, width]`: 0 where the moved picture does not fit, up to 1. */
  readonly trust: Float32Array;
  readonly #residual: Uint8Array;
  readonly #deviation: Uint16Array;
  readonly #sums: Int32Array;
  readonly #contrast: Int32Array;
  readonly #columns: Int32Array;
  readonly #settings: Pick<TemporalSettings, "noise" | "contrastShare">;

  constructor(width: number, height: number, settings: Pick<TemporalSettings, "noise" | "contrastShare">) {
    this.source = new Int32Array(width * height);
    this.trust = new Float32Array(width * height);
    this.#residual = new Uint8Array(width * height);
    this.#deviation = new Uint16Array(width * height);
    this.#sums = new Int32Array(width * height);
    this.#contrast = new Int32Array(width * height);
    this.#columns = new Int32Array(width * height);
    this.#settings = settings;
  }

  /** @param scale px of the pictures per px of the picture whose motion was searched */
  run(before: GreyPicture, now: GreyPicture, motion: BlockMotion, scale: number): void {
    this.#compare(before, now, motion, scale);
    this.#sumWindows(now.px, now, this.#sums);
    for (let px = 0; px < this.trust.length; px++) {
      this.#deviation[px] = Math.abs(WINDOW_PX * now.px[px]! - this.#sums[px]!);
    }
    this.#sumWindows(this.#residual, now, this.#sums);
    this.#sumWindows(this.#deviation, now, this.#contrast);
    const noise = this.#settings.noise * WINDOW_PX;
    const share = this.#settings.contrastShare / WINDOW_PX;
    for (let px = 0; px < this.trust.length; px++) {
      this.trust[px] = Math.max(0, 1 - this.#sums[px]! / (noise + share * this.#contrast[px]!));
    }
  }

  #compare(before: GreyPicture, now: GreyPicture, motion: BlockMotion, scale: number): void {
    const { width, height } = now;
    const side = BLOCK_PX * scale;
    for (let y = 0, px = 0; y < height; y++) {
      const row = Math.min(Math.floor(y / side), motion.rows - 1) * motion.columns;
      for (let x = 0; x < width; x++, px++) {
        const block = row + Math.min(Math.floor(x / side), motion.columns - 1);
        const fromX = x - motion.dx[block]! * scale;
        const fromY = y - motion.dy[block]! * scale;
        const isSeen = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
        const source = isSeen ? fromY * width + fromX : -1;
        this.source[px] = source;
        this.#residual[px] = isSeen ? Math.abs(now.px[px]! - before.px[source]!) : UNSEEN;
      }
    }
  }

  /** Sums over the window around each px; beside the picture its edge goes on. */
  #sumWindows(px: Uint8Array | Uint16Array, { width, height }: GreyPicture, to: Int32Array): void {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = y - WINDOW_REACH; k <= y + WINDOW_REACH; k++) {
          sum += px[Math.min(Math.max(k, 0), height - 1) * width + x]!;
        }
        this.#columns[y * width + x] = sum;
      }
    }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = x - WINDOW_REACH; k <= x + WINDOW_REACH; k++) {
          sum += this.#columns[y * width + Math.min(Math.max(k, 0), width - 1)]!;
        }
        to[y * width + x] = sum;
      }
    }
  }
}
