import { medianOf } from "../distribution.js";
import type { Moment } from "../report-head.js";
import type { NamedRow } from "./latency-charts.js";
import {
  drawing,
  escapeHtml,
  figure,
  horizontalGrid,
  linearScale,
  px,
  RIGHT_PX,
  type Scale,
  seriesClass,
  verticalGrid,
  WIDTH_PX,
} from "./svg.js";

const LEFT_PX = 78;
const HEIGHT_PX = 220;
const AXIS_PX = 30;

/** The median of every row in every round: what drifted, and whether it did so for all. */
export function roundChart(rows: readonly NamedRow[]): string {
  const medians = rows.map(({ row }) => row.roundsMs.map(medianOf));
  const rounds = medians[0]!.length;
  const x = linearScale(1, rounds, LEFT_PX, WIDTH_PX - RIGHT_PX);
  const y = linearScale(0, Math.max(...medians.flat()), HEIGHT_PX, 8);
  const lines = medians.map((values, index) => {
    const points = values.map((ms, round) => `${px(x.at(round + 1))},${px(y.at(ms))}`).join(" ");
    const title = `<title>${escapeHtml(rows[index]!.name)}</title>`;
    return `<polyline class="stroke line ${seriesClass(index)}" points="${points}">${title}</polyline>`;
  });
  const legend = rows.map(
    ({ name }, index) => `<li><i class="${seriesClass(index)}"></i>${escapeHtml(name)}</li>`,
  );
  const whole = {
    ...x,
    ticks: x.ticks.filter((tick) => Number.isInteger(tick) && tick >= 1 && tick <= rounds),
  };
  return `${drawing("Medians by round", HEIGHT_PX + AXIS_PX, [
    horizontalGrid(y, LEFT_PX, WIDTH_PX - RIGHT_PX, " ms"),
    verticalGrid(whole, HEIGHT_PX, HEIGHT_PX, ""),
    ...lines,
  ])}<ul class="legend">${legend.join("")}</ul>`;
}

interface Gauge {
  readonly name: string;
  readonly unit: string;
  readonly read: (moment: Moment) => number | null;
}

const GAUGES: readonly Gauge[] = [
  { name: "Hottest sensor", unit: " °C", read: ({ maxCelsius }) => maxCelsius },
  { name: "Mean clock", unit: " MHz", read: ({ meanMHz }) => meanMHz },
  { name: "Cores in use", unit: " %", read: ({ busyShare }) => asPercent(busyShare) },
  { name: "Taken by other guests", unit: " %", read: ({ stealShare }) => asPercent(stealShare) },
  { name: "Power", unit: " W", read: ({ milliwatts }) => (milliwatts === null ? null : milliwatts / 1000) },
];

const asPercent = (share: number | null) => (share === null ? null : share * 100);

/** The machine during the run, one chart per sensor that it has. */
export function machineCharts(timeline: readonly Moment[]): string {
  return GAUGES.map((gauge) => gaugeChart(gauge, timeline)).join("");
}

function gaugeChart({ name, unit, read }: Gauge, timeline: readonly Moment[]): string {
  const points = timeline.flatMap((moment) => {
    const value = read(moment);
    return value === null ? [] : [[moment.ms / 1000, value] as const];
  });
  if (points.length < 2) return "";
  const height = 90;
  const x = linearScale(0, points.at(-1)![0], LEFT_PX, WIDTH_PX - RIGHT_PX);
  const values = points.map(([, value]) => value);
  const y = fewTicks(linearScale(Math.min(0, ...values), Math.max(...values), height, 8));
  const line = points.map(([seconds, value]) => `${px(x.at(seconds))},${px(y.at(value))}`).join(" ");
  const range = `${figure(Math.min(...values))}–${figure(Math.max(...values))}${unit}`;
  return `<h3>${name} <small>${range}</small></h3>${drawing(name, height + AXIS_PX, [
    horizontalGrid(y, LEFT_PX, WIDTH_PX - RIGHT_PX, unit),
    verticalGrid(x, height, height, " s"),
    `<polyline class="stroke line s0" points="${line}"/>`,
  ])}`;
}

/** The first, the middle and the last: a low chart has no room for more. */
function fewTicks({ at, ticks }: Scale): Scale {
  return { at, ticks: [...new Set([ticks[0]!, ticks[ticks.length >> 1]!, ticks.at(-1)!])] };
}
