import { percentile } from "../../core/percentiles.js";
import type { Interval } from "../bootstrap.js";
import type { Comparison } from "../compare.js";
import { compareConditions, compareRuns } from "../compare-conditions.js";
import { matchRows } from "../match-rows.js";
import { differenceOfTurns, geometricMean, mean, ratioOfTurns } from "./change-of-turns.js";
import type { Knee, Step, StreamReport, StreamRow } from "./stream-report.js";

export type StreamFigure = "knee" | "masks per second" | "age p50" | "age p99" | "drops";
/** `unknown` where there are too few turns to tell noise. */
export type StreamVerdict = "better" | "worse" | "within noise" | "unknown";

export interface StreamChange {
  readonly figure: StreamFigure;
  /** Rate of each camera, in frames per second; null for the knee and beyond it, at twice the capacity of each run. */
  readonly fps: number | null;
  readonly verdict: StreamVerdict;
  /** Frames or masks per second, milliseconds (means of the turns' percentiles), or a share of the frames. */
  readonly before: number;
  readonly after: number;
  /** After by before, of drops after less before; null for the knee, and where the verdict is unknown. */
  readonly change: Interval | null;
  /** How much worse, as a share; of drops the difference of shares. Below 0 where it is better. */
  readonly worseBy: number;
}

export interface StreamRowChanges {
  readonly id: string;
  readonly changes: readonly StreamChange[];
}

export interface StreamComparison extends Pick<Comparison, "onlyBefore" | "onlyAfter" | "cautions"> {
  readonly rows: readonly StreamRowChanges[];
}

/**
 * Says what changed beyond noise: knees whose brackets do not overlap, and at the rates that both reports measured, and
 * at twice the capacity, ages and drops whose changes from turn to turn do not explain it.
 */
export function compareStreams(before: StreamReport, after: StreamReport): StreamComparison {
  const { pairs, onlyBefore, onlyAfter } = matchRows(before.rows, after.rows);
  return {
    rows: pairs.map(([one, other]) => ({ id: other.id, changes: changesOf(one, other) })),
    onlyBefore,
    onlyAfter,
    cautions: [
      ...compareConditions(before, after, {
        onnxruntime: ({ settings }) => settings.ortRelease,
        "encoding of the masks": ({ settings }) => settings.maskEncoding,
        "share of drops at which a rate holds": ({ settings }) => String(settings.allowedDrops),
      }),
      ...pairs.flatMap(([one, other]) => compareRuns(one, other)),
    ],
  };
}

/** @param limit 0.05 for 5 % */
export function worseBeyond({ rows }: StreamComparison, limit: number): StreamChange[] {
  return rows
    .flatMap(({ changes }) => changes)
    .filter(({ verdict, worseBy }) => verdict === "worse" && worseBy > limit);
}

function changesOf(before: StreamRow, after: StreamRow): StreamChange[] {
  const common = after.steps.flatMap((step) => {
    const match = before.steps.find(({ fps }) => fps === step.fps);
    return match === undefined ? [] : stepChanges(match, step, step.fps);
  });
  const [one, other] = [before, after].map(beyondKnee);
  return [
    ...(before.knee === null || after.knee === null ? [] : [kneeChange(before.knee, after.knee)]),
    ...common,
    ...(one === undefined || other === undefined
      ? []
      : [rateChange(one, other), ...stepChanges(one, other, null)]),
  ];
}

function beyondKnee({ steps, overload }: StreamRow): Step | undefined {
  return steps.find(({ fps }) => fps === overload?.fps);
}

/** Each knee lies between the highest rate that held and the lowest that did not. */
function kneeChange(before: Knee, after: Knee): StreamChange {
  const [one, other] = [bracketOf(before), bracketOf(after)];
  const verdict = other.low >= one.high ? "better" : other.high <= one.low ? "worse" : "within noise";
  const worseBy = one.low === 0 ? 0 : 1 - other.low / one.low;
  return { figure: "knee", fps: null, verdict, before: one.low, after: other.low, change: null, worseBy };
}

function bracketOf({ holdsFps, dropsFps, isCameraLimit }: Knee) {
  // What the camera could not send, the stream might have held.
  const high = dropsFps === null || isCameraLimit ? Number.POSITIVE_INFINITY : dropsFps;
  return { low: holdsFps ?? 0, high };
}

function stepChanges(before: Step, after: Step, fps: number | null): StreamChange[] {
  const drops = [before, after].map((step) => step.turns.map(({ dropped, frames }) => dropped / frames));
  const ages = ([50, 99] as const).flatMap((p) => {
    // A percentile that one of the reports does not support is not compared.
    if ([before, after].some(({ ageMs }) => ageMs?.[`p${p}`] == null)) return [];
    return [ageChange(before, after, fps, p)];
  });
  const change = differenceOfTurns(drops[0]!, drops[1]!);
  return [
    ...ages,
    {
      figure: "drops",
      fps,
      verdict: verdictOf(change, 0, "lower"),
      before: mean(drops[0]!),
      after: mean(drops[1]!),
      change,
      worseBy: mean(drops[1]!) - mean(drops[0]!),
    },
  ];
}

function ageChange(before: Step, after: Step, fps: number | null, p: 50 | 99): StreamChange {
  const [one, other] = [before, after].map(({ turns }) =>
    turns
      .filter(({ agesMs }) => agesMs.length > 0)
      .map(({ agesMs }) => percentile(Float64Array.from(agesMs).sort(), p)),
  );
  const change = ratioOfTurns(one!, other!);
  const means = [one!, other!].map(geometricMean);
  return {
    figure: `age p${p}`,
    fps,
    verdict: verdictOf(change, 1, "lower"),
    before: means[0]!,
    after: means[1]!,
    change,
    worseBy: means[1]! / means[0]! - 1,
  };
}

/** Masks per second where the cameras outrun the net: its capacity. */
function rateChange(before: Step, after: Step): StreamChange {
  const [one, other] = [before, after].map(({ turns }) => turns.flatMap(({ maskFps }) => maskFps ?? []));
  const change = ratioOfTurns(one!, other!);
  const means = [one!, other!].map(geometricMean);
  return {
    figure: "masks per second",
    fps: null,
    verdict: verdictOf(change, 1, "higher"),
    before: means[0]!,
    after: means[1]!,
    change,
    worseBy: 1 - means[1]! / means[0]!,
  };
}

/** @param same what stands for no change */
function verdictOf(change: Interval | null, same: number, better: "lower" | "higher"): StreamVerdict {
  if (change === null) return "unknown";
  if (change.low <= same && change.high >= same) return "within noise";
  return change.estimate < same === (better === "lower") ? "better" : "worse";
}
