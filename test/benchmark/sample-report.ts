import { buildRow, type RowSource } from "../../src/benchmark/build-row.js";
import { STAGES, type StageName } from "../../src/benchmark/cell/questions.js";
import { type Cell, cellId } from "../../src/benchmark/cell.js";
import { DisturbanceSum } from "../../src/benchmark/machine-watch.js";
import type { BenchReport } from "../../src/benchmark/report.js";

const CELL: Cell = {
  model: "tied",
  manifest: null,
  engine: "native",
  executionProvider: "cpu",
  threads: 2,
  size: { width: 64, height: 48 },
  encoding: "bgr8",
};

/** A cell whose calls took what is given, round by round; the net takes 80 % of each. */
export function sampleSource(roundsMs: readonly number[][], cell: Partial<Cell> = {}): RowSource {
  const whole = { ...CELL, ...cell };
  const shares: Readonly<Record<StageName, number>> = {
    decode: 0,
    preprocess: 0.1,
    infer: 0.8,
    postprocess: 0.05,
    handOver: 0.05,
  };
  const disturbance = new DisturbanceSum();
  disturbance.add(
    { before: { busy: 0, steal: 0, total: 0 }, after: { busy: 50, steal: 0, total: 100 } },
    480,
  );
  return {
    id: cellId(whole),
    cell: whole,
    opened: {
      model: { name: whole.model, sha256: "ab".repeat(32), bytes: 20_480 },
      engine: "native",
      executionProvider: "cpu",
      kernels: "fused avx512",
      ortRelease: "1.30.0",
      threads: 2,
      frames: 4,
      frameBytes: 36_864,
      modelLoadMs: 100,
      startToFirstMaskMs: 250,
      warmUp: { runs: 16, ms: 300, isStable: true },
    },
    turns: roundsMs.map((round, index) => ({
      totalMs: Float64Array.from(round),
      stagesMs: Object.fromEntries(
        STAGES.map((stage) => [stage, Float64Array.from(round, (ms) => ms * shares[stage])]),
      ) as Record<StageName, Float64Array>,
      cpuMs: 1.5 * round.reduce((sum, ms) => sum + ms, 0),
      wallMs: round.reduce((sum, ms) => sum + ms, 0),
      rssBytes: 100_000_000 + index,
      peakRssBytes: 120_000_000 + index,
      energy: { millijoules: 0, ms: 0 },
    })),
    disturbance,
  };
}

export const NO_ENERGY = { name: null, missing: "no power sensor" };

/** Rounds of even calls around a time, each round a little slower than the one before. */
export function evenRounds(ms: number, rounds = 10, calls = 30): number[][] {
  return Array.from({ length: rounds }, (_, round) =>
    Array.from({ length: calls }, (_, call) => ms * (1 + 0.001 * round + 0.002 * (call % 5))),
  );
}

/** A report of a made-up machine. */
export function sampleReport(sources: readonly RowSource[], over: Partial<BenchReport> = {}): BenchReport {
  const conditions = {
    at: "2026-01-02T03:04:05.678Z",
    load: { average: [0.1, 0.2, 0.3] as [number, number, number], busyShare: null, stealShare: null },
    clocks: [{ name: "cpu0", currentMHz: 1500, maxMHz: 1500, governor: "performance" }],
    temperatures: { sensors: [{ name: "cpu-thermal", celsius: 48 }], missing: null },
    throttling: { counters: [], slowed: [], missing: null },
  };
  return {
    version: 1,
    kind: "engine",
    settings: {
      percentile: 99,
      runs: 300,
      rounds: 10,
      durationMs: 60_000,
      settleRuns: 2,
      images: null,
      ortLibrary: null,
      providerLibraries: [],
      providerOptions: {},
      seed: 1,
      niceness: 0,
    },
    machine: {
      board: { model: "Test Board", compatible: [], isJetson: false },
      processor: {
        model: "Test CPU",
        architecture: "arm64",
        cores: 6,
        threads: 6,
        features: ["asimd"],
        clocks: conditions.clocks,
      },
      memory: {
        totalBytes: 8 * 1024 ** 3,
        availableBytes: 6 * 1024 ** 3,
        swapTotalBytes: 0,
        limitBytes: null,
      },
      powerMode: { mode: { id: 0, name: "15W" }, modes: [], areClocksLocked: true },
      gpu: { pci: [], nvidiaDriver: null, nvidiaModels: [], deviceFiles: [], jetsonClock: null },
      vulkan: { loader: null, drivers: [], overriddenBy: null },
      versions: {
        mavseg: "0.1.0",
        node: "20.20.0",
        glibc: "2.36",
        kernel: "6.1",
        distribution: null,
        l4t: null,
      },
    },
    start: conditions,
    end: conditions,
    disturbance: { stealShare: 0, othersShare: 0.02 },
    isQuiet: true,
    throttled: [],
    timeline: Array.from({ length: 5 }, (_, index) => ({
      ms: index * 1000,
      maxCelsius: 48 + index,
      meanMHz: 1500,
      busyShare: 0.5,
      stealShare: 0,
      milliwatts: null,
    })),
    rows: sources.map((source) => buildRow(source, sources[0]!, NO_ENERGY, 1)),
    skipped: [],
    ...over,
  };
}
