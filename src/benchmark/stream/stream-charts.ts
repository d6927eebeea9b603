import {
  drawing,
  figure,
  horizontalGrid,
  linearScale,
  logScale,
  px,
  RIGHT_PX,
  type Scale,
  seriesClass,
  verticalGrid,
  WIDTH_PX,
} from "../page/svg.js";
import type { Step, StreamRow } from "./stream-report.js";

const LEFT_PX = 78;
const AXIS_PX = 30;
const AGE_HEIGHT_PX = 280;
const LOW_HEIGHT_PX = 110;
/** More masks than a drawing has px are only bytes: the oldest of each px is drawn. */
const MAX_POINTS = WIDTH_PX - LEFT_PX - RIGHT_PX;

interface Line {
  readonly name: string;
  readonly read: (step: Step) => number | null;
}

const LINES: readonly Line[] = [
  { name: "age p50", read: ({ ageMs }) => ageMs?.p50 ?? null },
  { name: "age p99", read: ({ ageMs }) => ageMs?.p99 ?? null },
  { name: "age max", read: ({ ageMs }) => ageMs?.max ?? null },
  { name: "processing p50", read: ({ processingMs }) => processingMs?.p50 ?? null },
];

/** Age over the rate that was asked of each camera, both in factors, with the knee between two lines. */
export function ageChart(row: StreamRow): string {
  const steps = row.steps.filter(({ ageMs }) => ageMs !== null);
  if (steps.length === 0) return "<p>No mask arrived.</p>";
  const values = LINES.flatMap(({ read }) => steps.flatMap((step) => positive(read(step))));
  const x = rateScale(row);
  const y = logScale(Math.min(...values), Math.max(...values), AGE_HEIGHT_PX, 8);
  const lines = LINES.map(({ name, read }, index) => {
    const points = steps.flatMap((step) => positive(read(step)).map((ms) => ({ fps: step.fps, ms })));
    return polyline(
      points.map(({ fps, ms }) => [x.at(fps), y.at(ms)]),
      points.map(({ fps, ms }) => `${name} at ${figure(fps)} frames per second: ${figure(ms)} ms`),
      index,
    );
  });
  const legend = LINES.map(({ name }, index) => `<li><i class="${seriesClass(index)}"></i>${name}</li>`);
  return `<h3>Age over rate <small>frames per second of each camera; upright lines: the knee lies between</small></h3>${drawing(
    "Age of the masks over the camera's rate",
    AGE_HEIGHT_PX + AXIS_PX,
    [
      horizontalGrid(y, LEFT_PX, WIDTH_PX - RIGHT_PX, " ms"),
      verticalGrid(x, 8, AGE_HEIGHT_PX, ""),
      ...kneeLines(row, x, AGE_HEIGHT_PX),
      ...lines,
    ],
  )}<ul class="legend">${legend.join("")}</ul>`;
}

/** Share of dropped frames over the rate. */
export function dropChart(row: StreamRow): string {
  const x = rateScale(row);
  const shares = row.steps.map(({ dropRatio }) => dropRatio * 100);
  const y = linearScale(0, Math.max(1, ...shares), LOW_HEIGHT_PX, 8);
  return `<h3>Dropped frames</h3>${drawing(
    "Share of dropped frames over the camera's rate",
    LOW_HEIGHT_PX + AXIS_PX,
    [
      horizontalGrid(y, LEFT_PX, WIDTH_PX - RIGHT_PX, " %"),
      verticalGrid(x, 8, LOW_HEIGHT_PX, ""),
      ...kneeLines(row, x, LOW_HEIGHT_PX),
      polyline(
        row.steps.map(({ fps }, index) => [x.at(fps), y.at(shares[index]!)]),
        row.steps.map(({ fps }, index) => `${figure(fps)} frames per second: ${figure(shares[index]!)} %`),
        1,
      ),
    ],
  )}`;
}

/** Age of every mask of one rate, turn after turn in lines of their own colour. */
export function timeLine({ fps, turns }: Step): string {
  const withMasks = turns.filter(({ agesMs }) => agesMs.length > 1);
  if (withMasks.length === 0) return "<p>Too few masks for a line.</p>";
  const lastMs = Math.max(...withMasks.map(({ arrivalsMs }) => arrivalsMs.at(-1)!));
  const x = linearScale(0, lastMs / 1000, LEFT_PX, WIDTH_PX - RIGHT_PX);
  const highest = withMasks.reduce((most, { agesMs }) => agesMs.reduce((a, b) => Math.max(a, b), most), 0);
  const y = linearScale(0, highest, LOW_HEIGHT_PX, 8);
  const lines = withMasks.map(({ arrivalsMs, agesMs }, index) => {
    const points = thin(arrivalsMs, agesMs).map(([at, age]) => `${px(x.at(at / 1000))},${px(y.at(age))}`);
    return `<polyline class="stroke line ${seriesClass(index)}" points="${points.join(" ")}"/>`;
  });
  return drawing(`Age of each mask at ${figure(fps)} frames per second`, LOW_HEIGHT_PX + AXIS_PX, [
    horizontalGrid(y, LEFT_PX, WIDTH_PX - RIGHT_PX, " ms"),
    verticalGrid(x, LOW_HEIGHT_PX, LOW_HEIGHT_PX, " s"),
    ...lines,
  ]);
}

/** As many points as there are px, of each the oldest mask: no peak is lost. */
export function thin(arrivalsMs: readonly number[], agesMs: readonly number[]): [number, number][] {
  const width = Math.max(1, Math.ceil(agesMs.length / MAX_POINTS));
  const points: [number, number][] = [];
  for (let from = 0; from < agesMs.length; from += width) {
    let oldest = from;
    for (let at = from + 1; at < Math.min(agesMs.length, from + width); at++) {
      if (agesMs[at]! > agesMs[oldest]!) oldest = at;
    }
    points.push([arrivalsMs[oldest]!, agesMs[oldest]!]);
  }
  return points;
}

function rateScale({ steps }: StreamRow): Scale {
  const rates = steps.map(({ fps }) => fps);
  return logScale(Math.min(...rates), Math.max(...rates), LEFT_PX, WIDTH_PX - RIGHT_PX);
}

function kneeLines({ knee }: StreamRow, x: Scale, bottom: number): string[] {
  return [knee?.holdsFps ?? null, knee?.dropsFps ?? null].flatMap((fps) => {
    if (fps === null) return [];
    const at = px(x.at(fps));
    return [`<line class="mark" stroke-dasharray="4 3" x1="${at}" x2="${at}" y1="0" y2="${bottom}"/>`];
  });
}

function polyline(
  points: readonly (readonly [number, number])[],
  titles: readonly string[],
  index: number,
): string {
  const path = points.map(([x, y]) => `${px(x)},${px(y)}`).join(" ");
  const dots = points.map(
    ([x, y], at) =>
      `<circle class="fill ${seriesClass(index)}" cx="${px(x)}" cy="${px(y)}" r="3.5"><title>${titles[at]}</title></circle>`,
  );
  return `<polyline class="stroke line ${seriesClass(index)}" points="${path}"/>${dots.join("")}`;
}

/** Logarithms need it; a clock that was set back gives ages below 0. */
function positive(value: number | null): number[] {
  return value !== null && value > 0 ? [value] : [];
}
