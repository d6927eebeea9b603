import type { ClassInfo } from "../../../core/classes.js";
import { escapeHtml } from "../../../core/escape-html.js";
import type { FoundTracks, Track } from "./object-tracks.js";
import { clock, percent } from "./report-text.js";

const WIDTH_PX = 960;
const LANE_PX = 12;
const MARKS_PX = 24;
const MARGIN_PX = 6;
const TIME_MARKS = 6;
/** Bars of a picture or two would not be seen. */
const SHORTEST_BAR_PX = 2;
const PATHS_WIDTH_PX = 480;
const PATHS_HEIGHT_PX = 360;
/** Rows of the table; the drawings show all tracks. */
const LISTED = 20;

/** Objects over time: when each was there, and where it went. */
export function tracksSection(
  { tracks, others }: FoundTracks,
  classes: readonly ClassInfo[],
  seconds: number,
): string {
  const head = `<h2>Object tracks</h2>
<p>An object is a connected piece of one class, followed from picture to picture by overlap, or else by nearness. Objects that
touch are one, objects that cross may be taken for each other. ${shown(tracks.length, others)}</p>`;
  if (tracks.length === 0) return head;
  return `${head}
${timeline(tracks, classes, seconds)}
<div class="tracks">${paths(tracks, classes)}${table(tracks, classes)}</div>`;
}

function shown(kept: number, others: number): string {
  const rest = others === 0 ? "" : `; ${others} more were shorter, or of less than three pictures`;
  return `${kept} ${kept === 1 ? "track" : "tracks"}${rest}.`;
}

/** A bar per track, from its first to its last picture, in as few lanes as they fit in. */
function timeline(tracks: readonly Track[], classes: readonly ClassInfo[], seconds: number): string {
  const x = (timeS: number) => MARGIN_PX + (timeS / Math.max(seconds, 1e-9)) * (WIDTH_PX - 2 * MARGIN_PX);
  const lanesEndPx: number[] = [];
  const bars = tracks.map((track) => {
    const start = x(track.startS);
    const width = Math.max(SHORTEST_BAR_PX, x(track.endS) - start);
    const free = lanesEndPx.findIndex((end) => end < start);
    const lane = free < 0 ? lanesEndPx.length : free;
    lanesEndPx[lane] = start + width;
    const y = MARGIN_PX + lane * LANE_PX;
    return `<rect x="${start.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${LANE_PX - 3}" fill="${color(track, classes)}"><title>${title(track, classes)}</title></rect>`;
  });
  const height = 2 * MARGIN_PX + lanesEndPx.length * LANE_PX + MARKS_PX;
  const marks = Array.from({ length: TIME_MARKS }, (_, index) => {
    const timeS = (seconds * index) / (TIME_MARKS - 1);
    const anchor = index === 0 ? "start" : index === TIME_MARKS - 1 ? "end" : "middle";
    return `<text x="${x(timeS).toFixed(1)}" y="${height - MARGIN_PX}" text-anchor="${anchor}">${clock(timeS)}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH_PX} ${height}" role="img" aria-label="when objects were there">${bars.join("")}${marks.join("")}</svg>`;
}

/** The way of each object's middle through the picture; a dot is its end. */
function paths(tracks: readonly Track[], classes: readonly ClassInfo[]): string {
  const px = (place: readonly [number, number]) =>
    [(place[0] * PATHS_WIDTH_PX).toFixed(1), (place[1] * PATHS_HEIGHT_PX).toFixed(1)] as const;
  const lines = tracks.map((track) => {
    const points = track.path.map(px);
    const [endX, endY] = points.at(-1) ?? ["0", "0"];
    const stroke = color(track, classes);
    const line = points.map((point) => point.join(",")).join(" ");
    return `<g><title>${title(track, classes)}</title><polyline points="${line}" fill="none" stroke="${stroke}" opacity=".7"/><circle cx="${endX}" cy="${endY}" r="3" fill="${stroke}"/></g>`;
  });
  return `<svg viewBox="0 0 ${PATHS_WIDTH_PX} ${PATHS_HEIGHT_PX}" role="img" aria-label="where objects went">${lines.join("")}</svg>`;
}

function table(tracks: readonly Track[], classes: readonly ClassInfo[]): string {
  const longest = [...tracks].sort((a, b) => b.pictures - a.pictures).slice(0, LISTED);
  const rows = longest.map((track) => {
    const cells = [clock(track.startS), clock(track.endS), String(track.pictures), percent(track.meanShare)];
    return `<tr><td>${name(track, classes)}</td>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<table><tr><th>longest</th><th>from</th><th>to</th><th>pictures</th><th>mean size</th></tr>${rows.join("")}</table>`;
}

function title(track: Track, classes: readonly ClassInfo[]): string {
  return `${name(track, classes)}, ${clock(track.startS)} to ${clock(track.endS)}`;
}

function name({ class: id }: Track, classes: readonly ClassInfo[]): string {
  return escapeHtml(classes[id]?.name ?? String(id));
}

function color({ class: id }: Track, classes: readonly ClassInfo[]): string {
  return classes[id]?.color ?? "#ffffff";
}
