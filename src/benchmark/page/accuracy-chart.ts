import type { NamedRow } from "./latency-charts.js";
import {
  drawing,
  escapeHtml,
  figure,
  horizontalGrid,
  linearScale,
  logScale,
  px,
  RIGHT_PX,
  seriesClass,
  verticalGrid,
  WIDTH_PX,
} from "./svg.js";

const LEFT_PX = 64;
const HEIGHT_PX = 300;
const AXIS_PX = 46;

interface Point {
  readonly name: string;
  readonly index: number;
  readonly ms: number;
  readonly iou: number;
}

/**
 * The points that no other beats in both time and accuracy.
 * @returns from the fastest to the most accurate
 */
export function paretoFront<T extends { readonly ms: number; readonly iou: number }>(
  points: readonly T[],
): T[] {
  const front: T[] = [];
  for (const point of points.toSorted((a, b) => a.ms - b.ms || b.iou - a.iou)) {
    if (front.length === 0 || point.iou > front.at(-1)!.iou) front.push(point);
  }
  return front;
}

/** Accuracy against time: what a team decides by. Mean IoU of the classes without background. */
export function accuracyChart(rows: readonly NamedRow[]): string {
  const points = rows.flatMap(({ name, row }, index): Point[] => {
    const iou = row.accuracy?.value?.meanIoUWithoutBackground ?? null;
    return iou === null ? [] : [{ name, index, ms: row.medianMs.estimate, iou }];
  });
  if (points.length === 0) return "<p>No row could be scored.</p>";
  const times = points.map(({ ms }) => ms);
  const x = logScale(Math.min(...times) / 1.2, Math.max(...times) * 1.2, LEFT_PX, WIDTH_PX - RIGHT_PX);
  const y = linearScale(0, Math.max(...points.map(({ iou }) => iou)) * 1.1, HEIGHT_PX, 8);
  const front = paretoFront(points);
  return drawing("Accuracy against time", HEIGHT_PX + AXIS_PX, [
    horizontalGrid(y, LEFT_PX, WIDTH_PX - RIGHT_PX, ""),
    verticalGrid(x, 8, HEIGHT_PX, " ms"),
    `<text class="tick middle" x="${(LEFT_PX + WIDTH_PX) / 2}" y="${HEIGHT_PX + 38}">median time per frame; higher and further left is better, the line joins what nothing else beats</text>`,
    `<polyline class="front" points="${stairs(front.map(({ ms, iou }) => [x.at(ms), y.at(iou)]))}"/>`,
    ...points.map(({ name, index, ms, iou }) => {
      const [cx, cy] = [x.at(ms), y.at(iou)];
      const isLeft = cx < WIDTH_PX * 0.7;
      const text = `<text class="halo ${isLeft ? "" : "end"}" x="${px(cx + (isLeft ? 10 : -10))}" y="${px(cy - 9)}">${escapeHtml(name)}</text>`;
      return `<circle class="fill ${seriesClass(index)}" cx="${px(cx)}" cy="${px(cy)}" r="${front.some((point) => point.index === index) ? 7 : 5}"><title>${escapeHtml(name)}: ${figure(ms)} ms, ${iou.toFixed(4)}</title></circle>${text}`;
    }),
  ]);
}

/** From one point level to the next one's time, then up: in between nothing better was measured. */
function stairs(points: readonly (readonly [number, number])[]): string {
  return points
    .flatMap(([x, y], index) => {
      const next = points[index + 1];
      return next === undefined
        ? [[x, y]]
        : [
            [x, y],
            [next[0], y],
          ];
    })
    .map(([x, y]) => `${px(x!)},${px(y!)}`)
    .join(" ");
}
