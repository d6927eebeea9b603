import type { Layers } from "../layers/layer-report.js";
import { drawing, escapeHtml, figure, linearScale, px, verticalGrid, WIDTH_PX } from "./svg.js";

const NAME_PX = 210;
const RIGHT_PX = 150;
const ROW_PX = 19;
const AXIS_PX = 30;
const NAME_CHARACTERS = 30;
/** More bars than that nobody reads; the longest are shown, in the order in which they run. */
const MAX_BARS = 40;

/** A bar per node: the time it took, and within it the least that the machine allows. */
export function layerChart({ layers, sumMs, macs }: Layers): string {
  const longest = new Set(layers.toSorted((a, b) => b.medianMs - a.medianMs).slice(0, MAX_BARS));
  const shown = layers.filter((layer) => longest.has(layer));
  const scale = linearScale(
    0,
    Math.max(...shown.map(({ medianMs }) => medianMs)),
    NAME_PX,
    WIDTH_PX - RIGHT_PX,
  );
  const bottom = shown.length * ROW_PX + 4;
  const bars = shown.map((layer, index) => {
    const top = index * ROW_PX + 3;
    const end = scale.at(layer.medianMs);
    const least = Math.min(layer.rooflineMs, layer.medianMs);
    const name =
      layer.name.length <= NAME_CHARACTERS ? layer.name : `${layer.name.slice(0, NAME_CHARACTERS - 1)}…`;
    const says = `${layer.name} (${layer.opType}): ${figure(layer.medianMs)} ms, ${figure(layer.macs / 1e6)} MMAC, ${figure(layer.bytes / 1024)} KiB, at least ${figure(layer.rooflineMs)} ms`;
    return `<g><title>${escapeHtml(says)}</title><text class="tick end" x="${NAME_PX - 8}" y="${top + 11}">${escapeHtml(name)}</text><rect class="took" x="${NAME_PX}" y="${top}" width="${px(end - NAME_PX)}" height="13"/><rect class="least" x="${NAME_PX}" y="${top}" width="${px(scale.at(least) - NAME_PX)}" height="13"/><text class="tick" x="${px(end + 6)}" y="${top + 11}">${escapeHtml(layer.opType)}, ${(layer.rooflineShare * 100).toFixed(0)} %</text></g>`;
  });
  const leastMs = layers.reduce((sum, { rooflineMs }) => sum + rooflineMs, 0);
  const summary = `${layers.length} nodes, ${figure(sumMs)} ms together, ${figure(macs / 1e6)} MMAC; the machine's limits allow ${figure(leastMs)} ms.`;
  return `<p>${summary}${shown.length < layers.length ? ` The ${shown.length} longest are drawn.` : ""}</p>${drawing(
    "Time of every layer",
    bottom + AXIS_PX,
    [verticalGrid(scale, 0, bottom, " ms"), ...bars],
  )}`;
}
