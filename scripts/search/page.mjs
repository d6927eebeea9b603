import { paretoFront } from "./halving.mjs";

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 56;

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Accuracy against a cost, with the Pareto front as a line. */
function scatter(results, cost, title) {
  const most = Math.max(...results.map((result) => result[cost])) * 1.05;
  const top = Math.max(...results.map(({ iou }) => iou)) * 1.1;
  const x = (value) => MARGIN + (value / most) * (WIDTH - 2 * MARGIN);
  const y = (value) => HEIGHT - MARGIN - (value / top) * (HEIGHT - 2 * MARGIN);
  const point = (result) => `${x(result[cost]).toFixed(1)},${y(result.iou).toFixed(1)}`;
  const dots = results.map(
    (result) =>
      `<circle cx="${x(result[cost]).toFixed(1)}" cy="${y(result.iou).toFixed(1)}" r="5"><title>${escaped(result.name)}: ${(result.iou * 100).toFixed(1)} %, ${result[cost].toFixed(1)}</title></circle>`,
  );
  const ticks = [0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<text x="${x(most * share)}" y="${HEIGHT - MARGIN + 20}" text-anchor="middle">${(most * share).toFixed(most < 100 ? 1 : 0)}</text>`,
    `<text x="${MARGIN - 8}" y="${y(top * share) + 4}" text-anchor="end">${(top * share * 100).toFixed(0)} %</text>`,
  ]);
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
<path class="axis" d="M${MARGIN},${MARGIN}V${HEIGHT - MARGIN}H${WIDTH - MARGIN}"/>
${ticks.join("\n")}
<polyline points="${paretoFront(results, cost).map(point).join(" ")}"/>
${dots.join("\n")}
</svg><figcaption>${escaped(title)}</figcaption></figure>`;
}

/**
 * One self-contained page of a search.
 * @param results of the last rung that each candidate reached: name, iou, ms, parameters, minutes, command
 */
export function searchPage(title, results) {
  const rows = results
    .toSorted((a, b) => b.minutes - a.minutes || b.iou - a.iou)
    .map(
      ({ name, iou, ms, timesFasterThanMavnet, parameters, minutes, command }) =>
        `<tr><td><b>${escaped(name)}</b><br><code>${escaped(command)}</code></td><td>${(iou * 100).toFixed(2)} %</td><td>${ms.toFixed(1)}</td><td>${timesFasterThanMavnet.toFixed(1)}</td><td>${parameters.toLocaleString("en-US")}</td><td>${minutes}</td></tr>`,
    );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{max-width:1100px;margin:2rem auto;padding:0 1rem}
.charts{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;flex:1 1 420px}svg{width:100%}svg text{font-size:12px;fill:currentColor}
.axis,polyline{fill:none;stroke:currentColor;opacity:.5}polyline{stroke:#d9480f;opacity:1;stroke-width:1.5}circle{fill:#1971c2}
table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;border-bottom:1px solid #8884;text-align:right;vertical-align:top}
td:first-child,th:first-child{text-align:left}code{font-size:11px;opacity:.75;word-break:break-word}</style>
<h1>${escaped(title)}</h1>
<div class="charts">${scatter(results, "ms", "mean IoU on val against ms of the net, 1280x1024")}${scatter(results, "parameters", "mean IoU on val against values in the file")}</div>
<table><tr><th>candidate</th><th>IoU</th><th>ms</th><th>times MAVNet</th><th>values</th><th>minutes</th></tr>
${rows.join("\n")}</table></html>
`;
}
