import type { Interval } from "./bootstrap.js";
import { compareConditions, compareRuns } from "./compare-conditions.js";
import { matchRows } from "./match-rows.js";
import type { BenchReport, Row } from "./report.js";

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

/** Says what changed beyond noise: medians whose intervals do not overlap. */
export function compareReports(before: BenchReport, after: BenchReport): Comparison {
  const { pairs, onlyBefore, onlyAfter } = matchRows(before.rows, after.rows);
  return {
    rows: pairs.map(([one, other]) => compareRows(one, other)),
    onlyBefore,
    onlyAfter,
    cautions: [
      ...compareConditions(before, after),
      ...pairs.flatMap(([one, other]) =>
        compareRuns(one, other, { onnxruntime: ({ ortRelease }) => ortRelease }),
      ),
    ],
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
    ...renderRemarks({ onlyBefore, onlyAfter, cautions }),
    "",
  ].join("\n");
}

/** What both kinds of comparison end with, a line each. */
export function renderRemarks({
  onlyBefore,
  onlyAfter,
  cautions,
}: Pick<Comparison, "onlyBefore" | "onlyAfter" | "cautions">): string[] {
  return [
    ...onlyBefore.map((id) => `only before: ${id}`),
    ...onlyAfter.map((id) => `only after: ${id}`),
    ...cautions.map((caution) => `caution: ${caution}`),
  ];
}
