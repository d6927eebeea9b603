import { writeFileAtomic } from "../../core/atomic-write.js";
import { escapeHtml } from "../../core/escape-html.js";
import type { LogEntry, RunFolder, RunInfo } from "../run-folder.js";

type StepEntry = Extract<LogEntry, { type: "steps" }>;
type ValidationEntry = Extract<LogEntry, { type: "validation" }>;

interface Curve {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH_PX = 860;
const HEIGHT_PX = 260;
const MARGIN_PX = 48;

/** More points than px only make the file large. */
const MOST_POINTS = 800;

/** Writes the page of curves beside the log: one self-contained file, no scripts, nothing from the network. */
export async function writeCurvesPage(folder: RunFolder, info: RunInfo): Promise<void> {
  await writeFileAtomic(folder.curvesPage, renderCurvesPage(await folder.readLog(), info));
}

/** @returns HTML */
export function renderCurvesPage(log: readonly LogEntry[], info: RunInfo): string {
  const steps = log.filter((entry): entry is StepEntry => entry.type === "steps");
  const validations = log.filter((entry): entry is ValidationEntry => entry.type === "validation");
  const minutes = (entry: LogEntry) => entry.elapsedMs / 60_000;
  const curve = (name: string, color: string, value: (entry: StepEntry) => number): Curve => ({
    name,
    color,
    points: thin(steps).map((entry) => [minutes(entry), value(entry)]),
  });
  const iouCurves = info.dataset.classes.slice(1).map(
    ({ name }, index): Curve => ({
      name,
      color: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"][index % 5]!,
      points: validations.map((entry) => [minutes(entry), entry.iou[name] ?? 0]),
    }),
  );
  const calibrated: Curve = {
    name: "mean, calibrated",
    color: "#222",
    points: validations.flatMap((entry) =>
      entry.calibratedIoU === undefined ? [] : [[minutes(entry), entry.calibratedIoU] as const],
    ),
  };
  if (calibrated.points.length > 0) iouCurves.push(calibrated);
  const last = validations.at(-1);
  const best = validations.findLast((entry) => entry.best);
  const title = `${info.options.net} on ${info.dataset.name}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem;color:#222}
svg{display:block;margin:.5rem 0 2rem}text{font-size:12px;fill:#555}td,th{padding:.1rem .8rem .1rem 0;text-align:left}
h2{font-size:1rem;margin:0}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<table>
<tr><th>steps</th><td>${steps.at(-1)?.step ?? 0}</td></tr>
<tr><th>best validation</th><td>${best ? `${scoreOf(best)} at step ${best.step}` : "none yet"}</td></tr>
<tr><th>last validation</th><td>${last ? scoreOf(last) : "none yet"}</td></tr>
<tr><th>training speed</th><td>${steps.at(-1)?.imagesPerSecond ?? "?"} images/s</td></tr>
<tr><th>seed</th><td>${info.options.seed}</td></tr>
</table>
<h2>IoU on the validation split</h2>${chart(iouCurves, [0, 1])}
<h2>Loss on training crops</h2>${chart([
    curve("loss", "#222", (entry) => entry.loss),
    curve("focal", "#0072b2", (entry) => entry.focal),
    curve("dice", "#d55e00", (entry) => entry.dice),
  ])}
<h2>Learning rate</h2>${chart([curve("learning rate", "#222", (entry) => entry.learningRate)])}
<h2>Images per second</h2>${chart([curve("images/s", "#222", (entry) => entry.imagesPerSecond)])}
</body></html>
`;
}

function thin<T>(entries: readonly T[]): T[] {
  const every = Math.ceil(entries.length / MOST_POINTS);
  return entries.filter((_, index) => index % every === 0);
}

/** A line chart over minutes as inline SVG. */
function chart(curves: readonly Curve[], range?: readonly [number, number]): string {
  const all = curves.flatMap(({ points }) => points);
  if (all.length === 0) return "<p>Nothing yet.</p>";
  const right = Math.max(...all.map(([x]) => x), 1e-6);
  const low = range?.[0] ?? Math.min(0, ...all.map(([, y]) => y));
  const high = range?.[1] ?? Math.max(...all.map(([, y]) => y), 1e-12);
  const px = (x: number) => (MARGIN_PX + (x / right) * (WIDTH_PX - 2 * MARGIN_PX)).toFixed(1);
  const py = (y: number) => (HEIGHT_PX - 30 - ((y - low) / (high - low)) * (HEIGHT_PX - 50)).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = low + share * (high - low);
    return `<line x1="${MARGIN_PX}" x2="${WIDTH_PX - MARGIN_PX}" y1="${py(value)}" y2="${py(value)}" stroke="#ddd"/><text x="4" y="${py(value)}">${Number(value.toPrecision(3))}</text>`;
  });
  const lines = curves.map(({ name, color, points }, index) => {
    const path = points.map(([x, y]) => `${px(x)},${py(Math.min(Math.max(y, low), high))}`).join(" ");
    const legend = `<text x="${MARGIN_PX + 130 * index}" y="12" style="fill:${color}">${escapeHtml(name)}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>${legend}`;
  });
  const axis = `<text x="${WIDTH_PX - MARGIN_PX - 60}" y="${HEIGHT_PX - 8}">${right.toFixed(1)} min</text>`;
  return `<svg viewBox="0 0 ${WIDTH_PX} ${HEIGHT_PX}" role="img">${grid.join("")}${lines.join("")}${axis}</svg>`;
}

/** What a checkpoint was judged by comes first. */
function scoreOf({ foregroundIoU, calibratedIoU }: ValidationEntry): string {
  const plain = `${percent(foregroundIoU)} mean IoU of the classes`;
  return calibratedIoU === undefined
    ? plain
    : `${percent(calibratedIoU)} mean IoU of the classes calibrated, ${percent(foregroundIoU)} before`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(2)} %`;
}
