import { getPriority } from "node:os";
import { buildRow, type CellRecord } from "./build-row.js";
import { CellProcess } from "./cell/cell-process.js";
import { SETTLE_RUNS } from "./cell/cell-session.js";
import type { Opened, SharedEngineOptions } from "./cell/questions.js";
import { type Cell, cellId, formatSize } from "./cell.js";
import type { Roofline } from "./layers/layer-report.js";
import { beginHead, DisturbanceSum, MachineWatch } from "./machine-watch.js";
import type { BenchReport, Settings, Skipped } from "./report.js";

export interface BenchOptions
  extends Pick<Settings, "percentile" | "runs" | "rounds" | "durationMs" | "images"> {
  readonly cells: readonly Cell[];
  readonly engineOptions: SharedEngineOptions;
  readonly accuracy: { readonly folder: string; readonly split: string } | null;
  readonly layers: boolean;
  /** What a person should know. */
  readonly note: (text: string) => void;
  /** @param share 0..1 of the work at hand */
  readonly progress: (share: number, detail: string) => void;
}

/** Of the bootstrap: any number, as long as it is the same one each time. */
const SEED = 1;
/** Enough for a median per layer; the profiler slows each run a little. */
const LAYER_RUNS = 50;

/**
 * Measures every cell, each in a process of its own, in rounds: each round gives every cell one turn, forwards and
 * backwards by turns, so that a machine that grows warm or busy does so for all of them alike.
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { cells, rounds } = options;
  const skipped: Skipped[] = [];
  const records: CellRecord[] = [];
  const watch = new MachineWatch();
  const disturbance = new DisturbanceSum();
  const endHead = beginHead(watch, disturbance);
  try {
    for (const [index, cell] of cells.entries()) {
      options.progress(index / cells.length, `loading ${cellId(cell)}`);
      const record = await openCell(cell, options, skipped);
      if (record !== undefined) records.push(record);
    }
    for (let round = 0; round < rounds; round++)
      await runRound(round, records, watch, disturbance, options, skipped);
    const measured = records.filter(({ turns }) => turns.length === rounds);
    if (options.accuracy !== null) await scoreAll(measured, options.accuracy, options);
    if (options.layers) await profileAll(measured, options);
    return {
      ...endHead(),
      kind: "engine",
      settings: settingsOf(options),
      rows: measured.map((record) => buildRow(record, measured[0]!, watch.energySource, SEED)),
      skipped: inOrder(skipped, cells),
    };
  } finally {
    watch.end();
    for (const { process } of records) process.close();
  }
}

function settingsOf({ percentile, runs, rounds, durationMs, images, engineOptions }: BenchOptions): Settings {
  const { ortLibrary = null, providerLibraries = [], providerOptions = {} } = engineOptions;
  return {
    percentile,
    runs,
    rounds,
    durationMs,
    settleRuns: SETTLE_RUNS,
    images,
    ortLibrary,
    providerLibraries: [...providerLibraries],
    providerOptions: { ...providerOptions },
    seed: SEED,
    niceness: getPriority(),
  };
}

async function openCell(
  cell: Cell,
  { images, engineOptions, note }: BenchOptions,
  skipped: Skipped[],
): Promise<CellRecord | undefined> {
  const id = cellId(cell);
  const listener = { note: (text: string) => note(`${id}: ${text}`) };
  const process = new CellProcess(listener);
  const outcome = await process.ask("open", { cell, images, engineOptions });
  if (outcome.isAnswer) {
    noteWarmUp(id, outcome.value.warmUp, note);
    return {
      id,
      cell,
      process,
      opened: outcome.value,
      turns: [],
      disturbance: new DisturbanceSum(),
      listener,
    };
  }
  process.close();
  skipped.push({ id, cell, ...outcome.failure });
  return undefined;
}

function noteWarmUp(id: string, { isStable, runs }: Opened["warmUp"], note: (text: string) => void): void {
  if (!isStable) note(`${id}: times did not settle within ${runs} calls; they are measured as they are`);
}

async function runRound(
  round: number,
  records: CellRecord[],
  watch: MachineWatch,
  disturbance: DisturbanceSum,
  { runs, rounds, durationMs, progress }: BenchOptions,
  skipped: Skipped[],
): Promise<void> {
  const input = { runs: Math.ceil(runs / rounds), limitMs: durationMs / rounds };
  const order = round % 2 === 0 ? [...records] : [...records].reverse();
  for (const [turn, record] of order.entries()) {
    progress((round + turn / order.length) / rounds, `round ${round + 1} of ${rounds}: ${record.id}`);
    watch.beginTurn();
    const outcome = await record.process.ask("measure", input);
    const conditions = watch.endTurn();
    if (!outcome.isAnswer) {
      record.process.close();
      records.splice(records.indexOf(record), 1);
      skipped.push({ id: record.id, cell: record.cell, ...outcome.failure });
      continue;
    }
    record.turns.push({ ...outcome.value, energy: conditions.energy });
    for (const sum of [record.disturbance, disturbance]) sum.add(conditions.times, outcome.value.cpuMs);
  }
}

/** Threads and encodings do not change a mask: a score holds for every cell of the same model, engine and size. */
async function scoreAll(
  records: readonly CellRecord[],
  input: NonNullable<BenchOptions["accuracy"]>,
  { progress }: BenchOptions,
): Promise<void> {
  const scores = new Map<string, CellRecord["accuracy"]>();
  for (const [index, record] of records.entries()) {
    const { opened, cell } = record;
    const key = `${opened.model.sha256} ${cell.manifest} ${opened.engine} ${opened.executionProvider} ${formatSize(cell.size)}`;
    record.listener.progress = (share) => progress((index + share) / records.length, `scoring ${record.id}`);
    if (!scores.has(key)) scores.set(key, await record.process.ask("accuracy", input));
    record.accuracy = scores.get(key);
  }
}

async function profileAll(records: readonly CellRecord[], { progress }: BenchOptions): Promise<void> {
  const rooflines = new Map<number, Roofline>();
  for (const [index, record] of records.entries()) {
    progress(index / records.length, `layers of ${record.id}`);
    const { threads } = record.opened;
    // It is the machine's, and takes longer than the net: once for each number of threads is enough.
    const roofline = rooflines.get(threads) ?? null;
    record.layers = await record.process.ask("layers", { runs: LAYER_RUNS, roofline });
    if (record.layers.isAnswer) rooflines.set(threads, record.layers.value.roofline);
  }
}

function inOrder(skipped: readonly Skipped[], cells: readonly Cell[]): Skipped[] {
  const place = new Map(cells.map((cell, index) => [cellId(cell), index]));
  return skipped.toSorted((a, b) => place.get(a.id)! - place.get(b.id)!);
}
