import { type Interval, medianInterval, ratioInterval } from "./bootstrap.js";
import type { CellListener, CellProcess, Outcome } from "./cell/cell-process.js";
import { type Measured, type Opened, STAGES, type StageName } from "./cell/questions.js";
import type { Cell } from "./cell.js";
import { type Distribution, distributionOf, medianOf } from "./distribution.js";
import { type EnergySource, type EnergySum, energyPerMask } from "./energy-meter.js";
import type { Layers } from "./layers/layer-report.js";
import type { DisturbanceSum } from "./machine-watch.js";
import type { Accuracy, Row } from "./report.js";

/** All that is known of a cell while the benchmark runs. */
export interface CellRecord {
  readonly id: string;
  readonly cell: Cell;
  readonly process: CellProcess;
  readonly listener: { -readonly [Key in keyof CellListener]: CellListener[Key] };
  readonly opened: Opened;
  /** One per round. */
  readonly turns: (Measured & { readonly energy: EnergySum })[];
  readonly disturbance: DisturbanceSum;
  accuracy?: Outcome<Accuracy> | undefined;
  layers?: Outcome<Layers> | undefined;
}

/** What goes into a row. */
export type RowSource = Omit<CellRecord, "process" | "listener">;

const UNITY: Interval = { estimate: 1, low: 1, high: 1 };

/** @param base the first row, that the others are compared with */
export function buildRow(record: RowSource, base: RowSource, energySource: EnergySource, seed: number): Row {
  const { id, cell, opened, turns } = record;
  const { model, engine, executionProvider, kernels, ortRelease, threads, frames, warmUp } = opened;
  const rounds = turns.map(({ totalMs }) => totalMs);
  const totalMs = distributionOf(rounds);
  return {
    id,
    cell,
    model,
    engine,
    executionProvider,
    kernels,
    ortRelease,
    threads,
    frames,
    warmUp,
    totalMs,
    stagesMs: Object.fromEntries(
      STAGES.map((stage) => [stage, distributionOf(turns.map(({ stagesMs }) => stagesMs[stage]))]),
    ) as Record<StageName, Distribution>,
    fps: 1000 / totalMs.mean,
    medianMs: medianInterval(rounds, seed),
    ratio: ratioTo(base, record, seed),
    cost: costOf(record, totalMs.count, energySource),
    disturbance: record.disturbance.result(),
    accuracy: valueOrWhyNot(record.accuracy),
    layers: valueOrWhyNot(record.layers),
    roundsMs: rounds.map((round) => Array.from(round, toMicros)),
  };
}

function ratioTo(base: RowSource, record: RowSource, seed: number): Interval {
  if (record === base) return UNITY;
  const rounds = ({ turns }: RowSource) => turns.map(({ totalMs }) => totalMs);
  return ratioInterval(rounds(record), rounds(base), seed);
}

function costOf({ opened, turns }: RowSource, calls: number, energySource: EnergySource): Row["cost"] {
  const sum = (value: (turn: RowSource["turns"][number]) => number) =>
    turns.reduce((total, turn) => total + value(turn), 0);
  const energyMs = sum(({ energy }) => energy.ms);
  const millijoules = sum(({ energy }) => energy.millijoules);
  return {
    cpuMsPerFrame: sum(({ cpuMs }) => cpuMs) / calls,
    peakRssBytes: Math.max(...turns.map(({ peakRssBytes }) => peakRssBytes)),
    steadyRssBytes: medianOf(turns.map(({ rssBytes }) => rssBytes)),
    frameBytes: opened.frameBytes,
    startToFirstMaskMs: opened.startToFirstMaskMs,
    modelLoadMs: opened.modelLoadMs,
    // The turn holds the calls that do not count as well: power is what is measured, calls are what is timed.
    energy: energyPerMask(
      energySource,
      { millijoules, ms: energyMs },
      (calls * energyMs) / sum(({ wallMs }) => wallMs),
    ),
  };
}

function valueOrWhyNot<T>(outcome: Outcome<T> | undefined) {
  if (outcome === undefined) return null;
  if (outcome.isAnswer) return { value: outcome.value, missing: null };
  return { value: null, missing: outcome.failure.reason };
}

/** Milliseconds to three places: more digits are noise. */
function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
