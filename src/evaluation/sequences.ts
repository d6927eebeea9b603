import type { LabelledFrame } from "../dataset/split.js";
import { MavsegError } from "../errors.js";

/** How frames of a split hang together: data sets do not say it, so whoever has made them must. */
export interface SequenceRule {
  /** A frame's number is the last digits of its name, up to so many; what stands before them names its sequence. */
  readonly frameDigits: number;
  /** A frame follows on the one before where its number is larger by this much at most. */
  readonly maxStep: number;
}

export interface SequencedFrame {
  readonly frame: LabelledFrame;
  readonly sequence: string;
  /** Whether it follows on the frame before it in the list: of the same sequence, and close enough. */
  readonly follows: boolean;
}

interface Numbered {
  readonly frame: LabelledFrame;
  readonly sequence: string;
  readonly number: bigint;
}

/**
 * Puts frames in the order of their numbers, sequence after sequence.
 * @returns all of them; sequences in the order of their first frames
 * @throws MavsegError `USAGE` for a name that does not end in a digit, and where no frame follows on another
 */
export function sequenceFrames(frames: readonly LabelledFrame[], rule: SequenceRule): SequencedFrame[] {
  const sequences = new Map<string, Numbered[]>();
  for (const frame of frames) {
    const one = numbered(frame, rule.frameDigits);
    const members = sequences.get(one.sequence);
    if (members === undefined) sequences.set(one.sequence, [one]);
    else members.push(one);
  }
  const sequenced: SequencedFrame[] = [];
  let smallestStep = Number.POSITIVE_INFINITY;
  for (const members of sequences.values()) {
    members.sort((a, b) => Number(a.number - b.number));
    for (const [index, { frame, sequence, number }] of members.entries()) {
      const before = members[index - 1];
      // Two frames of one number are in no order.
      const step = before === undefined ? 0 : Number(number - before.number);
      if (step > 0) smallestStep = Math.min(smallestStep, step);
      sequenced.push({ frame, sequence, follows: step > 0 && step <= rule.maxStep });
    }
  }
  if (!sequenced.some(({ follows }) => follows)) throw noNeighbours(frames.length, rule, smallestStep);
  return sequenced;
}

function numbered(frame: LabelledFrame, frameDigits: number): Numbered {
  const digits = new RegExp(`\\d{1,${frameDigits}}$`).exec(frame.name);
  if (digits === null) {
    throw new MavsegError("USAGE", {
      expected: "frames whose names end in their numbers, to tell sequences by",
      actual: frame.name,
    });
  }
  return { frame, sequence: frame.name.slice(0, digits.index), number: BigInt(digits[0]) };
}

function noNeighbours(frames: number, { frameDigits, maxStep }: SequenceRule, smallestStep: number) {
  return new MavsegError("USAGE", {
    expected: `frames whose numbers, the last ${frameDigits} digits of their names, are ${maxStep} or less apart`,
    actual: Number.isFinite(smallestStep)
      ? `none among ${frames}: the closest are ${smallestStep} apart`
      : `none among ${frames}: each has a sequence of its own`,
  });
}
