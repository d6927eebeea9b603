import { valuesFor } from "../distribution.js";
import type { EnergySource } from "../energy-meter.js";
import { buildStep, holds, isMajority, keptRate, type MeasuredTurn } from "./build-step.js";
import { findKnee, roundRate } from "./find-knee.js";
import type { Knee, Overload, Step } from "./stream-report.js";

export interface RatesPlan {
  /** Rates of each camera that are measured in any case. */
  readonly fps: readonly number[];
  readonly isSweep: boolean;
  readonly cameras: number;
  readonly repeats: number;
  readonly durationMs: number;
  readonly tolerance: number;
  readonly allowedDrops: number;
  readonly energySource: EnergySource;
}

/** Lets the stream flow once. @param fps of each camera */
export type MeasureTurn = (fps: number, durationMs: number) => Promise<MeasuredTurn>;

export interface Rates {
  /** By rate. */
  readonly steps: readonly Step[];
  readonly knee: Knee | null;
  readonly overload: Overload | null;
}

/** What `mavseg camera` takes; timers of a millisecond allow no more. */
export const MAX_FPS = 1000;
/** A stream slower than that is no stream. */
const MIN_FPS = 1;
/** The sweep begins there where no rate is given: a usual camera's. */
const START_FPS = 30;
/** By how much the cameras outrun the net where age is to stay bounded. */
const OVERLOAD = 2;
/** Most that the 99th percentile of the age may be there, by the median of processing: one net's time to wait, one to run, one to spare. */
export const AGE_LIMIT = 3;
/** Slow nets would need hours for the percentile of the age. */
const MAX_OVERLOAD_TURN_MS = 60_000;

/**
 * Measures the rates asked for, then, in a sweep, finds the knee and shows what happens at twice the capacity.
 */
export async function measureRates(plan: RatesPlan, measure: MeasureTurn): Promise<Rates> {
  const turns = new Map<number, MeasuredTurn[]>();
  const add = async (fps: number, durationMs = plan.durationMs) => {
    const turn = await measure(fps, durationMs);
    turns.set(fps, [...(turns.get(fps) ?? []), turn]);
  };
  for (const fps of new Set(plan.fps)) for (let turn = 0; turn < plan.repeats; turn++) await add(fps);
  const steps = () =>
    [...turns]
      .sort(([one], [other]) => one - other)
      .map(([fps, measured]) => buildStep(fps, measured, plan.allowedDrops, plan.energySource));
  if (!plan.isSweep) return { steps: steps(), knee: null, overload: null };

  const knee = await findKneeOf(plan, turns, add);
  const capacityFps = Math.max(0, ...steps().map(({ maskFps }) => maskFps ?? 0));
  if (capacityFps === 0) return { steps: steps(), knee, overload: null };
  const fps = Math.min(MAX_FPS, roundRate((OVERLOAD * capacityFps) / plan.cameras));
  const durationMs = overloadTurnMs(plan, capacityFps);
  for (let turn = 0; turn < plan.repeats; turn++) await add(fps, durationMs);
  return {
    steps: steps(),
    knee,
    overload: overloadOf(capacityFps, steps().find((step) => step.fps === fps)!),
  };
}

async function findKneeOf(
  plan: RatesPlan,
  turns: ReadonlyMap<number, readonly MeasuredTurn[]>,
  add: (fps: number) => Promise<void>,
): Promise<Knee> {
  const answers = (fps: number) =>
    (turns.get(fps) ?? []).map(({ counted }) => holds(counted, fps * plan.cameras, plan.allowedDrops));
  const holdsRate = async (fps: number) => {
    while (!isDecided(answers(fps), plan.repeats)) await add(fps);
    return isMajority(answers(fps));
  };
  const bracket = await findKnee(holdsRate, {
    startFps: plan.fps.length === 0 ? START_FPS : Math.max(...plan.fps),
    minFps: MIN_FPS,
    maxFps: MAX_FPS,
    tolerance: plan.tolerance,
  });
  const above = bracket.dropsFps === null ? [] : (turns.get(bracket.dropsFps) ?? []);
  const wasCameraLate = above.map(
    ({ counted }) =>
      counted.dropped <= plan.allowedDrops * counted.frames &&
      !keptRate(counted, bracket.dropsFps! * plan.cameras),
  );
  return { ...bracket, isCameraLimit: bracket.dropsFps === null || isMajority(wasCameraLate) };
}

/** No further turn can change the majority. */
export function isDecided(answers: readonly boolean[], repeats: number): boolean {
  const held = answers.filter(Boolean).length;
  return answers.length >= repeats || held * 2 > repeats || (answers.length - held) * 2 >= repeats;
}

/** Long enough that all turns together support the percentile. */
function overloadTurnMs({ durationMs, repeats }: RatesPlan, capacityFps: number): number {
  // Half as much again: two thirds of the best rate came through once the cameras took their share of the cores.
  const neededMs = (1.5 * valuesFor(99) * 1000) / capacityFps / repeats;
  return Math.max(durationMs, Math.min(MAX_OVERLOAD_TURN_MS, Math.ceil(neededMs)));
}

function overloadOf(capacityFps: number, step: Step): Overload {
  const ageP99Ms = step.ageMs?.p99 ?? null;
  const processingP50Ms = step.processingMs?.p50 ?? null;
  const ratio = ageP99Ms === null || processingP50Ms === null ? null : ageP99Ms / processingP50Ms;
  return {
    capacityFps,
    fps: step.fps,
    factor: step.sentFps === null || step.maskFps === null ? null : step.sentFps / step.maskFps,
    ageP99Ms,
    processingP50Ms,
    ratio,
    limit: AGE_LIMIT,
    isBounded: ratio === null ? null : ratio <= AGE_LIMIT,
  };
}
