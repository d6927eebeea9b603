import { measureRates, type RatesPlan } from "../../../src/benchmark/stream/measure-rates.js";
import { type StreamCell, streamCellId } from "../../../src/benchmark/stream/stream-cell.js";
import {
  type StreamReport,
  type StreamRow,
  streamReportSchema,
} from "../../../src/benchmark/stream/stream-report.js";
import { NO_ENERGY, sampleReport } from "../sample-report.js";
import { streamTurn } from "./made-up-turns.js";

const CELL: StreamCell = {
  model: "tied",
  manifest: null,
  engine: "native",
  executionProvider: "cpu",
  threads: 2,
  size: { width: 64, height: 48 },
  encoding: "mono8",
  transport: "tcp",
  cameras: 1,
};

/** By how much the capacity of neighbouring turns differs. */
const SCATTER = [1, 1.01, 0.99] as const;

/** A row of a stream of a capacity that varies by a percent from turn to turn. */
export async function sampleStreamRow(
  capacity: number,
  plan: Partial<RatesPlan> = {},
  cell: Partial<StreamCell> = {},
): Promise<StreamRow> {
  const whole = { ...CELL, ...cell };
  const full: RatesPlan = {
    fps: [30],
    isSweep: true,
    cameras: 1,
    repeats: 3,
    durationMs: 5000,
    tolerance: 0.05,
    allowedDrops: 0,
    energySource: NO_ENERGY,
    ...plan,
  };
  let turn = 0;
  const rates = await measureRates(full, async (fps, durationMs) =>
    streamTurn(fps, durationMs, capacity * SCATTER[turn++ % SCATTER.length]!),
  );
  return {
    id: streamCellId(whole),
    cell: whole,
    model: { name: whole.model, sha256: "ab".repeat(32), bytes: 20_480 },
    engine: "native",
    executionProvider: "cpu",
    kernels: "fused avx512",
    threads: 2,
    steps: [...rates.steps],
    knee: rates.knee,
    overload: rates.overload,
    disturbance: { stealShare: 0, othersShare: 0.02 },
  };
}

/** A report of a made-up machine. */
export function sampleStreamReport(
  rows: readonly StreamRow[],
  over: Partial<StreamReport> = {},
): StreamReport {
  const { kind: _, settings, rows: __, skipped: ___, ...head } = sampleReport([]);
  const { providerOptions, providerLibraries, niceness } = settings;
  return streamReportSchema.parse({
    ...head,
    kind: "stream",
    settings: {
      fps: [30],
      isSweep: true,
      durationMs: 5000,
      settleMs: 1000,
      repeats: 3,
      tolerance: 0.05,
      allowedDrops: 0,
      maskEncoding: "mono8",
      images: null,
      ortLibrary: null,
      ortRelease: "1.30.0",
      providerOptions,
      providerLibraries,
      niceness,
    },
    rows,
    skipped: [],
    ...over,
  });
}
