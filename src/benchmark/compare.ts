import { readFile } from "node:fs/promises";
import { MavsegError } from "../errors.js";
import type { Interval } from "./bootstrap.js";
import { type BenchReport, benchReportSchema, type Row } from "./report.js";

export type Verdict = "faster" | "slower" | "within noise";

export interface RowChange {
  readonly id: string;
  readonly verdict: Verdict;
  /** Median times, in milliseconds. */
  readonly before: Interval;
  readonly after: Interval;
  /** After by before. */
  readonly ratio: number;
  /** Mean IoU before and after; null where one of them has none. */
  readonly meanIoU: { readonly before: number; readonly after: number } | null;
}

export interface Comparison {
  readonly rows: readonly RowChange[];
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Why the two may not be comparable. */
  readonly cautions: readonly string[];
}

/**
 * Reads a report that `mavseg bench --json` wrote.
 * @throws MavsegError `INPUT_UNREADABLE`, `REPORT_INVALID`
 */
export async function readReport(file: string): Promise<BenchReport> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const actual = (cause as Error).message;
    throw new MavsegError("INPUT_UNREADABLE", { expected: `to read ${file}`, actual, cause });
  }
  const expected = "a report of mavseg bench, version 1, of the kind engine";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MavsegError("REPORT_INVALID", {
      expected,
      actual: `${file}: ${(cause as Error).message}`,
      cause,
    });
  }
  if ((value as { kind?: unknown } | null)?.kind === "stream") {
    // Its rates follow from each other and its rows do not take turns: there is no noise to hold a change against.
    throw new MavsegError("REPORT_INVALID", {
      expected,
      actual: `${file}: of the kind stream, which is not compared`,
    });
  }
  const parsed = benchReportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new MavsegError("REPORT_INVALID", {
    expected,
    actual: `${file}: ${issue?.path.join(".") || "(top level)"}: ${issue?.message}`,
  });
}

/** Says what changed beyond noise: medians whose intervals do not overlap. */
export function compareReports(before: BenchReport, after: BenchReport): Comparison {
  const earlier = new Map(before.rows.map((row) => [row.id, row]));
  const later = new Set(after.rows.map(({ id }) => id));
  const pairs = after.rows.flatMap((row) => {
    const match = earlier.get(row.id);
    return match === undefined ? [] : [[match, row] as const];
  });
  return {
    rows: pairs.map(([one, other]) => compareRows(one, other)),
    onlyBefore: before.rows.map(({ id }) => id).filter((id) => !later.has(id)),
    onlyAfter: after.rows.map(({ id }) => id).filter((id) => !earlier.has(id)),
    cautions: [...cautionsOf(before, after), ...pairs.flatMap(([one, other]) => rowCautions(one, other))],
  };
}

/** @param limit 0.05 for 5 % */
export function slowerBeyond({ rows }: Comparison, limit: number): RowChange[] {
  return rows.filter(({ verdict, ratio }) => verdict === "slower" && ratio > 1 + limit);
}

function compareRows(before: Row, after: Row): RowChange {
  const [one, other] = [before.medianMs, after.medianMs];
  const verdict = other.high < one.low ? "faster" : other.low > one.high ? "slower" : "within noise";
  const [iouBefore, iouAfter] = [before, after].map(({ accuracy }) => accuracy?.value?.meanIoU ?? null);
  return {
    id: after.id,
    verdict,
    before: one,
    after: other,
    ratio: other.estimate / one.estimate,
    meanIoU: iouBefore == null || iouAfter == null ? null : { before: iouBefore, after: iouAfter },
  };
}

function cautionsOf(before: BenchReport, after: BenchReport): string[] {
  const facts: Readonly<Record<string, (report: BenchReport) => string | null>> = {
    processor: ({ machine }) => machine.processor.model,
    board: ({ machine }) => machine.board.model,
    "number of cores": ({ machine }) => String(machine.processor.cores),
    "power mode": ({ machine }) => machine.powerMode.mode?.name ?? null,
    governor: ({ start }) => start.clocks[0]?.governor ?? null,
    "options of the provider": ({ settings }) => JSON.stringify(settings.providerOptions),
    images: ({ settings }) => settings.images,
    niceness: ({ settings }) => String(settings.niceness),
  };
  const differing = Object.entries(facts).flatMap(([name, read]) => {
    const [one, other] = [read(before), read(after)];
    return one === other ? [] : [`the ${name} differs: ${one ?? "none"} before, ${other ?? "none"} after`];
  });
  const restless = [
    ["before", before],
    ["after", after],
  ] as const;
  return [
    ...differing,
    ...restless.flatMap(([when, { isQuiet }]) => (isQuiet ? [] : [`the machine was not quiet ${when}`])),
    ...restless.flatMap(([when, { throttled }]) =>
      throttled.length === 0 ? [] : [`the machine was slowed down ${when}: ${throttled.join(", ")}`],
    ),
  ];
}

function rowCautions(before: Row, after: Row): string[] {
  const facts = [
    ["model", before.model.sha256.slice(0, 8), after.model.sha256.slice(0, 8)],
    ["engine", before.engine, after.engine],
    ["provider", before.executionProvider, after.executionProvider],
    ["onnxruntime", before.ortRelease, after.ortRelease],
    ["number of threads", String(before.threads), String(after.threads)],
  ] as const;
  return facts.flatMap(([name, one, other]) =>
    one === other ? [] : [`${after.id}: another ${name}, ${one} before and ${other} after`],
  );
}

/** @returns the comparison for a terminal */
export function renderComparison({ rows, onlyBefore, onlyAfter, cautions }: Comparison): string {
  const width = Math.max(0, ...rows.map(({ id }) => id.length));
  const interval = ({ estimate, low, high }: Interval) =>
    `${estimate.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
  const lines = rows.map(({ id, verdict, before, after, ratio, meanIoU }) => {
    const iou =
      meanIoU === null || meanIoU.before === meanIoU.after
        ? ""
        : `, mIoU ${meanIoU.before.toFixed(4)} -> ${meanIoU.after.toFixed(4)}`;
    return `${id.padEnd(width)}  ${verdict.padEnd("within noise".length)}  x${ratio.toFixed(3)}  ${interval(before)} -> ${interval(after)} ms${iou}`;
  });
  return [
    ...(rows.length === 0 ? ["no row is in both reports"] : lines),
    ...onlyBefore.map((id) => `only before: ${id}`),
    ...onlyAfter.map((id) => `only after: ${id}`),
    ...cautions.map((caution) => `caution: ${caution}`),
    "",
  ].join("\n");
}
