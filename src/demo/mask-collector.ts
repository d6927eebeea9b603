import type { MaskSubscriber, ReceivedMask } from "../transport/mask-subscriber.js";

/** Keeps the masks that arrive; run lengths are a few kilobytes each, so all of a short flight may stay. */
export class MaskCollector {
  readonly masks: ReceivedMask[] = [];
  readonly #subscriber: MaskSubscriber;
  readonly #onMask: (mask: ReceivedMask) => void;
  #lastMs = performance.now();

  constructor(subscriber: MaskSubscriber, onMask: (mask: ReceivedMask) => void) {
    this.#subscriber = subscriber;
    this.#onMask = onMask;
  }

  /**
   * Collects until the mask of a frame has come; no newer frame can supersede the last one, so its mask does come
   * unless it gets lost on the way.
   * @param lastSeq of the flight's last frame
   */
  async collect(lastSeq: number): Promise<void> {
    for await (const mask of this.#subscriber) {
      this.#lastMs = performance.now();
      this.masks.push(mask);
      this.#onMask(mask);
      if (mask.header.seq >= lastSeq) return;
    }
  }

  /** Resolves when no mask has come for so long, counted from now at the earliest. */
  silence(quietMs: number): Promise<void> {
    this.#lastMs = performance.now();
    return new Promise((resolve) => {
      const look = () => {
        const leftMs = this.#lastMs + quietMs - performance.now();
        if (leftMs <= 0) resolve();
        else setTimeout(look, leftMs).unref();
      };
      look();
    });
  }
}
