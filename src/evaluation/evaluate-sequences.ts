import type { Mask } from "../core/mask.js";
import type { Dataset } from "../dataset/dataset.js";
import { type Picture, readLabel } from "../dataset/read-picture.js";
import type { Engine } from "../engine/engine.js";
import { ConfusionMatrix } from "./confusion-matrix.js";
import {
  checkClasses,
  type Evaluation,
  named,
  type ScoredFrame,
  scoreMask,
  segmentLabelled,
  summarise,
} from "./evaluate.js";
import { Flicker } from "./flicker.js";
import type { SequencedFrame } from "./sequences.js";

/** What an engine scored on frames in their order. */
export interface SequenceEvaluation extends Evaluation {
  /** Over all sequences. */
  readonly flicker: Flicker;
  readonly sequences: readonly SequenceScore[];
}

export interface SequenceScore {
  readonly name: string;
  readonly frames: number;
  /** Of them, those that follow on the frame before: flicker is counted between the two, and earlier frames may count. */
  readonly followers: number;
  readonly confusion: ConfusionMatrix;
  readonly flicker: Flicker;
}

/**
 * Runs frames through an engine in their order, one at a time, and counts as `evaluate` does, and how far masks flicker.
 * Earlier frames count, where they do for this engine, from a frame to the one that follows on it and no further.
 * @param frames of sequenceFrames
 * @param onFrame called after each frame with the number done
 * @throws MavsegError as `evaluate`
 */
export async function evaluateSequences(
  engine: Engine,
  dataset: Dataset,
  frames: readonly SequencedFrame[],
  onFrame: (done: number) => void = () => {},
): Promise<SequenceEvaluation> {
  const scorer = new SequenceScorer(engine, dataset);
  for (const [index, sequenced] of frames.entries()) {
    await named(sequenced.frame, async () =>
      scorer.score(sequenced, await readLabel(sequenced.frame.labelPath)),
    );
    onFrame(index + 1);
  }
  return scorer.result();
}

/** Scores an engine frame by frame, so that several can take each frame in turns. */
export class SequenceScorer {
  readonly #engine: Engine;
  readonly #dataset: Dataset;
  readonly #frames: SequencedFrame[] = [];
  readonly #scored: ScoredFrame[] = [];
  readonly #flickers = new Map<string, Flicker>();
  #before: { readonly label: Picture; readonly mask: Mask } | undefined;

  /** @throws MavsegError `CLASSES_MISMATCH` */
  constructor(engine: Engine, dataset: Dataset) {
    checkClasses(engine.manifest.classes, dataset);
    this.#engine = engine;
    this.#dataset = dataset;
  }

  /**
   * To be called for each frame in their order.
   * @returns the mask, whose pixels are lent until the next call
   * @throws MavsegError `DATASET_INVALID`, `FRAME_INVALID`, `FRAME_UNDECODABLE`
   */
  async score(sequenced: SequencedFrame, label: Picture): Promise<Mask> {
    const { frame, sequence } = sequenced;
    const before = this.#before;
    const isFollower = sequenced.follows && before !== undefined && isOfOneSize(before.label, label);
    if (!isFollower) this.#engine.forget?.();
    // The sequence in place of a camera's name, one stamp for all: who follows on whom is said here, not by the clock.
    const mask = await segmentLabelled(this.#engine, frame, label, this.#frames.length, sequence);
    this.#scored.push(scoreMask(this.#dataset, label, mask));
    this.#frames.push({ ...sequenced, follows: isFollower });
    const flicker = this.#flickerOf(sequence);
    if (isFollower) flicker.add(label.data, before.label.data, mask.data, before.mask.data);
    before?.mask.release?.();
    this.#before = { label, mask };
    return mask;
  }

  result(): SequenceEvaluation {
    const { classes, ignoreIndex } = this.#dataset;
    const flicker = new Flicker(ignoreIndex);
    for (const one of this.#flickers.values()) flicker.merge(one);
    const sequences = [...this.#flickers].map(([name, one]): SequenceScore => {
      const confusion = new ConfusionMatrix(classes.length, ignoreIndex);
      const members = [...this.#frames.entries()].filter(([, { sequence }]) => sequence === name);
      for (const [index] of members) confusion.merge(this.#scored[index]!.confusion);
      const followers = members.filter(([, { follows }]) => follows).length;
      return { name, frames: members.length, followers, confusion, flicker: one };
    });
    const frames = this.#frames.map(({ frame }) => frame);
    return { ...summarise(this.#dataset, frames, this.#scored), flicker, sequences };
  }

  #flickerOf(sequence: string): Flicker {
    const known = this.#flickers.get(sequence) ?? new Flicker(this.#dataset.ignoreIndex);
    this.#flickers.set(sequence, known);
    return known;
  }
}

function isOfOneSize(a: Picture, b: Picture): boolean {
  return a.width === b.width && a.height === b.height;
}
