import { pooled } from "../distribution.js";
import type { Row } from "../report.js";
import {
  drawing,
  escapeHtml,
  figure,
  linearScale,
  logScale,
  NAME_PX,
  px,
  RIGHT_PX,
  rowName,
  type Scale,
  seriesClass,
  verticalGrid,
  WIDTH_PX,
} from "./svg.js";

const ROW_PX = 46;
const BINS = 90;
const AXIS_PX = 30;

/** A row's values with the name that it has on the page. */
export interface NamedRow {
  readonly name: string;
  readonly row: Row;
}

/** One violin per row: how often which time came up, with the percentiles marked. */
export function distributionChart(rows: readonly NamedRow[]): string {
  const low = Math.min(...rows.map(({ row }) => row.totalMs.min));
  const high = Math.max(...rows.map(({ row }) => row.totalMs.max));
  const scale = logScale(low, high, NAME_PX, WIDTH_PX - RIGHT_PX);
  const bottom = rows.length * ROW_PX + 6;
  return drawing("Distributions of the times per frame", bottom + AXIS_PX, [
    verticalGrid(scale, 0, bottom, " ms"),
    ...rows.map(({ name, row }, index) => violin(name, row, index, scale)),
  ]);
}

function violin(name: string, row: Row, index: number, scale: Scale): string {
  const middle = index * ROW_PX + ROW_PX / 2 + 3;
  const counts = new Array<number>(BINS).fill(0);
  const [left, right] = [NAME_PX, WIDTH_PX - RIGHT_PX];
  for (const ms of pooled(row.roundsMs)) {
    const bin = Math.floor(((scale.at(Math.max(ms, row.totalMs.min)) - left) / (right - left)) * BINS);
    counts[Math.min(BINS - 1, Math.max(0, bin))]! += 1;
  }
  const highest = Math.max(...counts);
  // The square root keeps the tail, which matters most, from vanishing beside the peak.
  const half = counts.map((count) => Math.sqrt(count / highest) * (ROW_PX / 2 - 6));
  const x = (bin: number) => px(left + ((bin + 0.5) / BINS) * (right - left));
  const occupied = half.flatMap((height, bin) => (height > 0 ? [bin] : []));
  const bins = Array.from({ length: occupied.at(-1)! - occupied[0]! + 1 }, (_, step) => occupied[0]! + step);
  const upper = bins.map((bin) => `${x(bin)},${px(middle - half[bin]! - 0.5)}`);
  const lower = bins.toReversed().map((bin) => `${x(bin)},${px(middle + half[bin]! + 0.5)}`);
  const marks = (["p50", "p90", "p99", "p99_9"] as const).flatMap((key) => {
    const ms = row.totalMs[key];
    return ms === null ? [] : [mark(key.replace("_", "."), ms, middle, scale)];
  });
  return `${rowName(name, middle + 4, index)}<polygon class="fill stroke ${seriesClass(index)} soft" points="${[...upper, ...lower].join(" ")}"/>${marks.join("")}`;
}

function mark(name: string, ms: number, middle: number, scale: Scale): string {
  const reach = name === "p50" ? 15 : 9;
  const x = px(scale.at(ms));
  return `<line class="mark" x1="${x}" x2="${x}" y1="${px(middle - reach)}" y2="${px(middle + reach)}"><title>${name}: ${figure(ms)} ms</title></line>`;
}

const STAGES = ["decode", "preprocess", "infer", "postprocess", "handOver"] as const;
export const STAGE_NAMES = ["decode", "preprocess", "infer", "postprocess", "hand-over"] as const;

/** Where the time of a frame goes: medians of the stages, side by side. */
export function stageChart(rows: readonly NamedRow[]): string {
  const medians = rows.map(({ row }) =>
    STAGES.map((stage) => Math.max(0, row.stagesMs[stage].p50 ?? row.stagesMs[stage].mean)),
  );
  const sums = medians.map((values) => values.reduce((sum, value) => sum + value, 0));
  const scale = linearScale(0, Math.max(...sums), NAME_PX, WIDTH_PX - RIGHT_PX);
  const bottom = rows.length * 30 + 6;
  const bars = rows.map(({ name }, index) => {
    let from = 0;
    const parts = medians[index]!.map((ms, stage) => {
      const [left, right] = [scale.at(from), scale.at(from + ms)];
      from += ms;
      return `<rect class="stage${stage}" x="${px(left)}" y="${index * 30 + 8}" width="${px(right - left)}" height="18"><title>${escapeHtml(name)}, ${STAGE_NAMES[stage]}: ${figure(ms)} ms</title></rect>`;
    });
    return `${rowName(name, index * 30 + 21, index)}${parts.join("")}`;
  });
  return drawing("Medians of the stages", bottom + AXIS_PX, [verticalGrid(scale, 0, bottom, " ms"), ...bars]);
}

/** Medians against the first row, with their intervals. */
export function ratioChart(rows: readonly NamedRow[]): string {
  const low = Math.min(...rows.map(({ row }) => row.ratio.low));
  const high = Math.max(...rows.map(({ row }) => row.ratio.high));
  const scale = logScale(low, high, NAME_PX, WIDTH_PX - RIGHT_PX - 110);
  const bottom = rows.length * 30 + 6;
  const one = px(scale.at(1));
  const lines = rows.map(({ name, row: { ratio } }, index) => {
    const y = index * 30 + 17;
    const [from, to] = [px(scale.at(ratio.low)), px(scale.at(ratio.high))];
    const text =
      index === 0
        ? "the first row"
        : `×${ratio.estimate.toFixed(2)} (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`;
    return `${rowName(name, y + 4, index)}<line class="stroke thick ${seriesClass(index)}" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/><circle class="fill ${seriesClass(index)}" cx="${px(scale.at(ratio.estimate))}" cy="${y}" r="5"/><text class="tick" x="${WIDTH_PX - 118}" y="${y + 4}">${text}</text>`;
  });
  return drawing("Ratios of the medians to the first row's", bottom + AXIS_PX, [
    verticalGrid(scale, 0, bottom, ""),
    `<line class="mark" x1="${one}" x2="${one}" y1="0" y2="${bottom}"/>`,
    ...lines,
  ]);
}
