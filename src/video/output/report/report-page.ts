import type { ClassInfo } from "../../../core/classes.js";
import { escapeHtml } from "../../../core/escape-html.js";
import type { PicturedFrame } from "./best-frames.js";
import type { CurvePoint, FlightCurves } from "./flight-curves.js";
import type { FoundTracks } from "./object-tracks.js";
import { clock, percent } from "./report-text.js";
import { tracksSection } from "./tracks-section.js";

export interface ReportContent {
  readonly title: string;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly classes: readonly ClassInfo[];
  readonly curves: FlightCurves;
  readonly tracks: FoundTracks;
  /** Of every class, by its id. */
  readonly thumbnails: readonly (readonly PicturedFrame[])[];
}

const WIDTH_PX = 960;
const HEIGHT_PX = 140;
const LEFT_PX = 72;
const BOTTOM_PX = 26;
const TOP_PX = 12;
const TRACK_PX = 220;
const TIME_MARKS = 6;

/** Curves lie on dark grey in every theme: classes have colours that are made for grey pictures, white among them. */
const STYLE = `:root{color-scheme:light dark;--line:#8886;--ink:#222;--soft:#666;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#9a9a9a;--paper:#16181b}}
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}
h2{font-size:1.1rem;margin:2.2rem 0 .3rem;display:flex;gap:.6rem;align-items:center}
h2 i{width:1rem;height:1rem;border:1px solid var(--line)}p{color:var(--soft);margin:.2rem 0}
svg{width:100%;height:auto;display:block;background:#24272b;border-radius:4px}svg text{font-size:14px;fill:#b5b8bd}
.thumbs{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:.8rem;margin-top:.8rem}
figure{margin:0}figure img{width:100%;display:block}figcaption{font-size:.85rem;color:var(--soft)}
.row{display:grid;grid-template-columns:1fr ${TRACK_PX}px;gap:1rem;align-items:start}
.tracks{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin-top:.8rem;align-items:start}
@media (max-width:700px){.row,.tracks{grid-template-columns:1fr}}
td,th{padding:.1rem 1rem .1rem 0;text-align:right}td:first-child,th:first-child{text-align:left}`;

/** Fills the table of times from times.js, if that lies beside the page. */
const SCRIPT = `function showTimes({percentiles,rows}){const table=document.getElementById("times");
const add=(tag,cells)=>{const row=table.insertRow();for(const text of cells){const cell=document.createElement(tag);
cell.textContent=text;row.append(cell)}};add("th",["ms",...percentiles.map((p)=>p+"th percentile")]);
for(const {stage,values} of rows)add("td",[stage,...values.map((v)=>v.toFixed(2))])}`;

/** @returns HTML that needs nothing from the network */
export function renderReport({ title, model, classes, curves, tracks, thumbnails }: ReportContent): string {
  const sections = classes.filter(({ id }) => id !== 0);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p>${curves.pictures} pictures, ${clock(curves.seconds)}; model ${escapeHtml(model.name)}, sha256 ${model.sha256.slice(0, 12)}</p>
${sections.map((info) => classSection(info, curves, thumbnails[info.id] ?? [])).join("\n")}
${tracksSection(tracks, classes, curves.seconds)}
<h2>Time per picture and stage</h2>
<p>Stages of neighbouring pictures overlap: the slowest one sets the pace.</p>
<table id="times"></table><script>${SCRIPT}</script><script src="times.js"></script>
</body></html>
`;
}

function classSection(info: ClassInfo, curves: FlightCurves, thumbnails: readonly PicturedFrame[]): string {
  const { seenIn, meanShare } = curves.total(info.id);
  const head = `<h2><i style="background:${info.color}"></i>${escapeHtml(info.name)}</h2>`;
  const summary = `<p>in ${percent(seenIn)} of the pictures, ${percent(meanShare)} of all pixels</p>`;
  if (seenIn === 0) return head + summary;
  const points = curves.of(info.id);
  const figures = thumbnails.map(
    ({ jpeg, frame, timeS, pixels }) =>
      `<figure><img loading="lazy" alt="frame ${frame}" src="data:image/jpeg;base64,${jpeg}"><figcaption>${clock(timeS)}, frame ${frame}, ${pixels} px</figcaption></figure>`,
  );
  return `${head}${summary}<div class="row">${shareChart(points, curves.seconds, info.color)}${track(points, info.color)}</div>
<div class="thumbs">${figures.join("")}</div>`;
}

/** Share of the picture over time: the mean as a line, the most of each stretch as an area behind it. */
function shareChart(points: readonly CurvePoint[], seconds: number, color: string): string {
  const top = Math.max(...points.map(({ maxShare }) => maxShare), 1e-9);
  const x = (timeS: number) =>
    (LEFT_PX + (timeS / Math.max(seconds, 1e-9)) * (WIDTH_PX - LEFT_PX - 6)).toFixed(1);
  const y = (share: number) =>
    (HEIGHT_PX - BOTTOM_PX - (share / top) * (HEIGHT_PX - BOTTOM_PX - TOP_PX)).toFixed(1);
  const line = points.map(({ timeS, meanShare }) => `${x(timeS)},${y(meanShare)}`).join(" ");
  const most = points.map(({ timeS, maxShare }) => `${x(timeS)},${y(maxShare)}`).join(" ");
  const area = `${x(points[0]?.timeS ?? 0)},${y(0)} ${most} ${x(seconds)},${y(0)}`;
  const levels = [0, 0.5, 1].map((part) => {
    const at = y(part * top);
    return `<line x1="${LEFT_PX}" x2="${WIDTH_PX - 6}" y1="${at}" y2="${at}" stroke="var(--line)"/><text x="6" y="${at}" dy="5">${percent(part * top)}</text>`;
  });
  const marks = Array.from({ length: TIME_MARKS }, (_, index) => {
    const timeS = (seconds * index) / (TIME_MARKS - 1);
    const anchor = index === 0 ? "start" : index === TIME_MARKS - 1 ? "end" : "middle";
    return `<text x="${x(timeS)}" y="${HEIGHT_PX - 7}" text-anchor="${anchor}">${clock(timeS)}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH_PX} ${HEIGHT_PX}" role="img" aria-label="share of the picture over time">${levels.join("")}
<polygon points="${area}" fill="${color}" opacity=".25"/><polyline points="${line}" fill="none" stroke="${color}" stroke-width="1.5"/>${marks.join("")}</svg>`;
}

/** Where in the picture the class's middle was; it begins faint and ends full. */
function track(points: readonly CurvePoint[], color: string): string {
  const places = points.flatMap(({ place }) => (place === undefined ? [] : [place]));
  const dots = places.map(([x, y], index) => {
    const opacity = (0.15 + (0.85 * (index + 1)) / places.length).toFixed(2);
    return `<circle cx="${(x * TRACK_PX).toFixed(1)}" cy="${(y * TRACK_PX * 0.75).toFixed(1)}" r="2" fill="${color}" opacity="${opacity}"/>`;
  });
  const height = TRACK_PX * 0.75;
  return `<svg viewBox="0 0 ${TRACK_PX} ${height}" role="img" aria-label="where in the picture"><rect x=".5" y=".5" width="${TRACK_PX - 1}" height="${height - 1}" fill="none" stroke="var(--line)"/>${dots.join("")}</svg>`;
}
