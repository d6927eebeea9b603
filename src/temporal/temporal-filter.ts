import { BlockMotion } from "./block-motion.js";
import { type GreyPicture, greyPicture, shrink } from "./grey-picture.js";
import type { TemporalSettings } from "./settings.js";
import { Trust } from "./trust.js";

/** The picture whose motion is searched has about a px for so many of the tensor: blocks reach 64 px that way. */
const SEARCH_STRIDE = 8;

/** What is kept of a frame. */
interface Memory {
  grey: GreyPicture;
  small: GreyPicture;
  /** `[planes, height, width]` */
  evidence: Float32Array;
  /** `[height, width]`: the class that each px was given. */
  held: Uint8Array;
}

/**
 * Carries a net's scores from frame to frame; docs/temporal.md has the arithmetic. The plain form of
 * native/kernels/temporal_filter.cc, for the reference engine.
 */
export class TemporalFilter {
  readonly #settings: TemporalSettings;
  readonly #planes: number;
  readonly #pixels: number;
  readonly #shrink: number;
  readonly #motion: BlockMotion;
  readonly #trust: Trust;
  readonly #smoothed: Float32Array;
  #now: Memory;
  #before: Memory;
  #hasEvidence = false;

  /**
   * @param planes of scores; 1 is a difference: class 1 where positive, else class 0
   * @param stride tensor px per px of the scores
   */
  constructor(settings: TemporalSettings, planes: number, width: number, height: number, stride: number) {
    this.#settings = settings;
    this.#planes = planes;
    this.#pixels = width * height;
    this.#shrink = Math.max(1, Math.floor(SEARCH_STRIDE / stride));
    const smallWidth = Math.floor(width / this.#shrink);
    const smallHeight = Math.floor(height / this.#shrink);
    this.#motion = new BlockMotion(smallWidth, smallHeight);
    this.#trust = new Trust(width, height, settings);
    this.#smoothed = new Float32Array(planes * this.#pixels);
    const memory = (): Memory => ({
      grey: greyPicture(width, height),
      small: greyPicture(smallWidth, smallHeight),
      evidence: new Float32Array(planes * this.#pixels),
      held: new Uint8Array(this.#pixels),
    });
    this.#now = memory();
    this.#before = memory();
  }

  /** The next frame begins anew. */
  forget(): void {
    this.#hasEvidence = false;
  }

  /**
   * @param grey copies the frame's grey picture, of the scores' size, into what it is given
   * @param scores `[planes, height, width]`
   * @returns the same with what earlier frames said; valid until the next call
   */
  run(grey: (to: GreyPicture) => void, scores: Float32Array): Float32Array {
    [this.#now, this.#before] = [this.#before, this.#now];
    grey(this.#now.grey);
    shrink(this.#now.grey, this.#shrink, this.#now.small);
    this.#limit(scores);
    if (this.#hasEvidence) {
      this.#motion.run(this.#before.small, this.#now.small);
      this.#trust.run(this.#before.grey, this.#now.grey, this.#motion, this.#shrink);
      this.#blend();
    }
    this.#hold();
    this.#hasEvidence = true;
    return this.#smoothed;
  }

  /** The frame's own scores, the best at most at `limit` over the others, as evidence and as result. */
  #limit(scores: Float32Array): void {
    const { limit } = this.#settings;
    const { evidence } = this.#now;
    // A score that is no number counts as the lowest: it must not stay for ever.
    const within = (score: number) => (score > -limit ? Math.min(score, limit) : -limit);
    for (let px = 0; px < this.#pixels; px++) {
      let best = 0;
      if (this.#planes > 1) {
        best = scores[px]!;
        for (let at = px + this.#pixels; at < scores.length; at += this.#pixels) {
          if (scores[at]! > best) best = scores[at]!;
        }
      }
      for (let at = px; at < scores.length; at += this.#pixels) evidence[at] = within(scores[at]! - best);
    }
    this.#smoothed.set(evidence);
  }

  #blend(): void {
    const { keep, hysteresis } = this.#settings;
    const { source, trust } = this.#trust;
    const { evidence } = this.#now;
    for (let px = 0; px < this.#pixels; px++) {
      const from = source[px]!;
      if (from < 0) continue;
      const held = this.#before.held[from]!;
      for (let plane = 0, at = px; plane < this.#planes; plane++, at += this.#pixels) {
        const score = evidence[at]!;
        const kept = score + keep * trust[px]! * (this.#before.evidence[from + at - px]! - score);
        let lead = held === plane ? hysteresis[plane]! : 0;
        if (this.#planes === 1) lead = held === 1 ? hysteresis[1]! : -hysteresis[0]!;
        evidence[at] = kept;
        this.#smoothed[at] = kept + trust[px]! * lead;
      }
    }
  }

  #hold(): void {
    const { held } = this.#now;
    const scores = this.#smoothed;
    if (this.#planes === 1) {
      for (let px = 0; px < this.#pixels; px++) held[px] = scores[px]! > 0 ? 1 : 0;
      return;
    }
    for (let px = 0; px < this.#pixels; px++) {
      let winner = 0;
      let best = scores[px]!;
      for (let plane = 1, at = px + this.#pixels; plane < this.#planes; plane++, at += this.#pixels) {
        if (scores[at]! <= best) continue;
        best = scores[at]!;
        winner = plane;
      }
      held[px] = winner;
    }
  }
}
