import type { Command } from "commander";
import { z } from "zod";
import type { ClassInfo } from "../core/classes.js";
import { MavsegError } from "../errors.js";
import type { SequenceEvaluation, SequenceScore } from "../evaluation/evaluate-sequences.js";
import type { SequenceRule } from "../evaluation/sequences.js";

/** More digits than nanoseconds since 1970 have are no number of a frame. */
const MAX_DIGITS = 20;

/** Options of `mavseg eval` for frames that are a video. */
export const sequenceOptions = {
  temporal: z.boolean().default(false),
  frameDigits: z.int().min(1).max(MAX_DIGITS).optional(),
  maxStep: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
};
type SequenceFlags = z.infer<z.ZodObject<typeof sequenceOptions>>;

export function addSequenceOptions(command: Command): Command {
  return command
    .option(
      "--frame-digits <n>",
      "frames are videos: the last n digits of a name number its frame, the rest names its sequence",
      Number,
    )
    .option("--max-step <n>", "a frame follows on one whose number is n less at most (default: 1)", Number)
    .option(
      "--temporal",
      "let earlier frames of the sequence count; needs --frame-digits (docs/temporal.md)",
    );
}

export const SEQUENCES_HELP = `
A data set does not say which of its frames are neighbours, and nothing is guessed: --frame-digits 5 takes flight1_00040
for frame 40 of flight1_, and --max-step 2 for one that follows on 38 or 39 of the same. Frames run in the order of their
numbers. A frame that follows on none, the first of a sequence or one behind a gap, is segmented as if alone. Flicker, the
share of px whose class changes from a frame to the next although its label stays the same, is given with and without
--temporal. Without --frame-digits each frame stands alone.`;

/**
 * @returns undefined where each frame stands alone
 * @throws MavsegError `USAGE` where it is not said which frames are neighbours but something depends on it
 */
export function sequenceRule(flags: SequenceFlags, isDrawingWorst: boolean): SequenceRule | undefined {
  const { temporal, frameDigits, maxStep } = flags;
  if (temporal && isDrawingWorst) {
    // A frame is run again for its picture, alone: another mask than the one that was scored.
    throw new MavsegError("USAGE", { expected: "--worst without --temporal", actual: "both" });
  }
  if (frameDigits !== undefined) return { frameDigits, maxStep: maxStep ?? 1 };
  const dependent = temporal ? "--temporal" : maxStep === undefined ? undefined : "--max-step";
  if (dependent === undefined) return undefined;
  throw new MavsegError("USAGE", {
    expected: `--frame-digits with ${dependent}: how many digits at the end of a frame's name are its number`,
    actual: "no --frame-digits",
  });
}

/** For scripts: after all other keys. */
export function describeSequences({ flicker, sequences }: SequenceEvaluation, classes: readonly ClassInfo[]) {
  const iouOf = ({ confusion }: SequenceScore) => {
    const iou = confusion.iou();
    return Object.fromEntries(classes.map(({ id, name }) => [name, iou[id] ?? null]));
  };
  return {
    flicker: flicker.share(),
    sequences: sequences.map((one) => ({
      name: one.name,
      frames: one.frames,
      followers: one.followers,
      iou: iouOf(one),
      flicker: one.flicker.share(),
    })),
  };
}
export type DescribedSequences = ReturnType<typeof describeSequences>;

/** Flicker is small: it is counted on so many px. */
const FLICKER_PX = 10_000;
const COLUMN_WIDTH = 12;

export function sequenceTable(
  { flicker, sequences }: DescribedSequences,
  iou: Readonly<Record<string, number | null>>,
  classes: readonly ClassInfo[],
): string {
  const names = classes.slice(1).map(({ name }) => name);
  const all = {
    name: "all",
    frames: sequences.reduce((sum, one) => sum + one.frames, 0),
    followers: sequences.reduce((sum, one) => sum + one.followers, 0),
    iou,
    flicker,
  };
  const heads = ["frames", "following", ...names.map((name) => `${name} IoU`), "flicker"];
  const nameWidth = Math.max(...sequences.map(({ name }) => name.length), "sequence".length) + 1;
  const line = (first: string, cells: readonly string[]) =>
    `${first.padEnd(nameWidth)}${cells.map((cell, at) => cell.padStart(Math.max(COLUMN_WIDTH, heads[at]!.length + 2))).join("")}`;
  const number = (value: number | null | undefined, digits: number) => value?.toFixed(digits) ?? "-";
  const rows = [...sequences, ...(sequences.length > 1 ? [all] : [])].map((one) =>
    line(one.name, [
      String(one.frames),
      String(one.followers),
      ...names.map((name) => number(one.iou[name], 4)),
      number(one.flicker === null ? null : one.flicker * FLICKER_PX, 2),
    ]),
  );
  return [line("sequence", heads), ...rows, `flicker in px of ${FLICKER_PX}`, ""].join("\n");
}
