import { distributionOf, medianOf } from "../distribution.js";
import { type EnergySource, energyPerMask } from "../energy-meter.js";
import type { StreamCounters } from "./run-turn.js";
import type { Step } from "./stream-report.js";
import { type CountedTurn, STREAM_STAGES, type TurnCost } from "./turn.js";

/** A turn at some rate, and what `mavseg run` counted in it. */
export interface MeasuredTurn {
  readonly counted: CountedTurn;
  readonly counters: StreamCounters;
}

/** A camera below that share of its rate is what limits the stream. */
const KEPT_RATE = 0.95;

/** @param fps asked of all cameras together */
export function keptRate({ sentFps }: CountedTurn, fps: number): boolean {
  // Without two masks nothing is known of the camera, and drops tell the rest.
  return sentFps === null || sentFps >= KEPT_RATE * fps;
}

/** @param allowedDrops share of the frames, 0 for none */
export function holds(turn: CountedTurn, fps: number, allowedDrops: number): boolean {
  return turn.frames > 0 && turn.dropped <= allowedDrops * turn.frames && keptRate(turn, fps);
}

/**
 * All turns of a rate together.
 * @param fps asked of each camera
 * @param turns at least one
 */
export function buildStep(
  fps: number,
  turns: readonly MeasuredTurn[],
  allowedDrops: number,
  energySource: EnergySource,
): Step {
  const counted = turns.map((turn) => turn.counted);
  const cameras = counted[0]!.cameras.map((_, index) => ({
    frames: sum(counted.map((turn) => turn.cameras[index]!.frames)),
    masks: sum(counted.map((turn) => turn.cameras[index]!.masks)),
  }));
  const isHeld = (turn: CountedTurn) => holds(turn, fps * cameras.length, allowedDrops);
  const frames = sum(counted.map((turn) => turn.frames));
  const dropped = sum(counted.map((turn) => turn.dropped));
  const withMasks = counted.filter((turn) => turn.masks > 0);
  const distribution = (read: (turn: CountedTurn) => Float64Array) =>
    withMasks.length === 0 ? null : distributionOf(withMasks.map(read));
  return {
    fps,
    sentFps: medianOrNull(counted.map((turn) => turn.sentFps)),
    maskFps: medianOrNull(counted.map((turn) => turn.maskFps)),
    frames,
    masks: frames - dropped,
    dropped,
    dropRatio: frames === 0 ? 0 : dropped / frames,
    isHeld: isMajority(counted.map(isHeld)),
    ageMs: distribution((turn) => turn.agesMs),
    processingMs: distribution((turn) => turn.processingMs),
    stagesMs: stagesOf(withMasks),
    counters: sumCounters(turns.map(({ counters }) => counters)),
    cost: costOf(counted, energySource),
    cameras,
    turns: counted.map((turn) => ({
      frames: turn.frames,
      masks: turn.masks,
      dropped: turn.dropped,
      sentFps: turn.sentFps,
      maskFps: turn.maskFps,
      isHeld: isHeld(turn),
      arrivalsMs: Array.from(turn.arrivalsMs, toMicros),
      agesMs: Array.from(turn.agesMs, toMicros),
    })),
  };
}

/** More than half. */
export function isMajority(answers: readonly boolean[]): boolean {
  return answers.filter(Boolean).length * 2 > answers.length;
}

function stagesOf(turns: readonly CountedTurn[]): Step["stagesMs"] {
  if (turns.length === 0) return null;
  return Object.fromEntries(
    STREAM_STAGES.map((stage) => [stage, distributionOf(turns.map(({ stagesMs }) => stagesMs[stage]))]),
  ) as NonNullable<Step["stagesMs"]>;
}

function costOf(turns: readonly CountedTurn[], energySource: EnergySource): Step["cost"] {
  const costs = turns.flatMap(({ cost }) => cost ?? []);
  if (costs.length === 0) return null;
  const cpuMs = sum(costs.map((cost) => cost.cpuMs));
  const masks = sum(costs.map((cost) => cost.masks));
  return {
    cpuCores: cpuMs / sum(costs.map(({ wallMs }) => wallMs)),
    waitingShare: waitingShareOf(costs),
    cpuMsPerMask: masks === 0 ? null : cpuMs / masks,
    steadyRssBytes: medianOf(costs.map(({ rssBytes }) => rssBytes)),
    peakRssBytes: Math.max(...costs.map(({ peakRssBytes }) => peakRssBytes)),
    energy: energyOf(turns, energySource),
  };
}

function waitingShareOf(costs: readonly TurnCost[]): number | null {
  if (costs.some(({ waitingMs }) => waitingMs === null)) return null;
  const waitingMs = sum(costs.map((cost) => cost.waitingMs!));
  const wantedMs = waitingMs + sum(costs.map(({ cpuMs }) => cpuMs));
  return wantedMs === 0 ? null : waitingMs / wantedMs;
}

function energyOf(turns: readonly CountedTurn[], source: EnergySource) {
  const energies = turns.flatMap(({ energy }) => energy ?? []);
  const millijoules = sum(energies.map((energy) => energy.millijoules));
  return energyPerMask(
    source,
    { millijoules, ms: sum(energies.map(({ ms }) => ms)) },
    sum(energies.map(({ masks }) => masks)),
  );
}

function sumCounters(list: readonly StreamCounters[]): StreamCounters {
  const total = { received: 0, malformed: 0, lost: 0, superseded: 0, failed: 0, masks: 0 };
  for (const counters of list) {
    for (const key of Object.keys(total) as (keyof StreamCounters)[]) total[key] += counters[key];
  }
  return total;
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : medianOf(known);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Milliseconds to three places: more digits are noise. */
function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
