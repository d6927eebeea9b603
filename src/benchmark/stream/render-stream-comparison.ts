import { renderRemarks } from "../compare.js";
import { grid } from "../render-table.js";
import type { StreamChange, StreamComparison, StreamFigure } from "./compare-streams.js";

/** @returns the comparison for a terminal */
export function renderStreamComparison(comparison: StreamComparison): string {
  const { rows } = comparison;
  const tables = rows.map(({ id, changes }) =>
    changes.length === 0 ? `${id}\nno rate is in both reports\n` : `${id}\n${table(changes)}\n`,
  );
  const isUnknown = rows.some(({ changes }) => changes.some(({ verdict }) => verdict === "unknown"));
  return [
    ...(rows.length === 0 ? ["no row is in both reports"] : tables),
    ...(isUnknown ? ["unknown: one turn per rate does not tell noise; --repeats gives more"] : []),
    ...renderRemarks(comparison),
    "",
  ].join("\n");
}

/** at, figure, verdict */
const TEXT_COLUMNS = 3;

function table(changes: readonly StreamChange[]): string {
  return grid(
    ["at", "figure", "verdict", "change", "before", "after"],
    changes.map((change) => [
      placeOf(change),
      change.figure,
      change.verdict,
      changeOf(change),
      format(change.figure, change.before),
      format(change.figure, change.after),
    ]),
    TEXT_COLUMNS,
  );
}

function placeOf({ figure, fps }: StreamChange): string {
  if (fps !== null) return `${fps} fps`;
  return figure === "knee" ? "" : "twice the capacity";
}

function changeOf({ figure, change }: StreamChange): string {
  if (change === null) return "-";
  const { estimate, low, high } = change;
  if (figure !== "drops") return `x${estimate.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})`;
  return `${signed(estimate)} (${signed(low)} to ${signed(high)}) points`;
}

function signed(share: number): string {
  const points = (share * 100).toFixed(2);
  return share > 0 ? `+${points}` : points;
}

const UNITS: Readonly<Record<StreamFigure, (value: number) => string>> = {
  knee: (value) => (value === 0 ? "none" : `${value} fps`),
  "masks per second": (value) => value.toFixed(1),
  "age p50": (value) => `${value.toFixed(2)} ms`,
  "age p99": (value) => `${value.toFixed(2)} ms`,
  drops: (value) => `${(value * 100).toFixed(2)} %`,
};

function format(figure: StreamFigure, value: number): string {
  return UNITS[figure](value);
}
