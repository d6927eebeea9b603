import { paretoFront } from "./halving.mjs";

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 56;

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Accuracy against a cost, on a logarithmic scale, with the Pareto front as a line. Dots have the numbers of the table's rows. */
function scatter(results, cost, title) {
  const costs = results.map((result) => result[cost]);
  const [least, most] = [Math.min(...costs) / 1.1, Math.max(...costs) * 1.1];
  const top = Math.max(...results.map(({ iou }) => iou)) * 1.1;
  const x = (value) => MARGIN + (Math.log(value / least) / Math.log(most / least)) * (WIDTH - 2 * MARGIN);
  const y = (value) => HEIGHT - MARGIN - (value / top) * (HEIGHT - 2 * MARGIN);
  const point = (result) => `${x(result[cost]).toFixed(1)},${y(result.iou).toFixed(1)}`;
  const dots = results.map((result, index) => {
    const [cx, cy] = [x(result[cost]).toFixed(1), y(result.iou).toFixed(1)];
    const says = `${result.name}: ${(result.iou * 100).toFixed(1)} %, ${result[cost].toFixed(1)}`;
    return (
      `<circle cx="${cx}" cy="${cy}" r="5"><title>${escaped(says)}</title></circle>` +
      `<text x="${cx}" y="${cy}" dx="8" dy="-4">${index + 1}</text>`
    );
  });
  const costAt = (share) => least * (most / least) ** share;
  const ticks = [0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<text x="${x(costAt(share))}" y="${HEIGHT - MARGIN + 20}" text-anchor="middle">${costAt(share).toFixed(most < 1000 ? 1 : 0)}</text>`,
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
  const ranked = results.toSorted((a, b) => b.minutes - a.minutes || b.iou - a.iou);
  const rows = ranked.map(
    ({ name, iou, ms, timesFasterThanMavnet, parameters, minutes, command }, index) =>
      `<tr><td>${index + 1}</td><td><b>${escaped(name)}</b><br><code>${escaped(command)}</code></td><td>${(iou * 100).toFixed(2)} %</td><td>${ms.toFixed(1)}</td><td>${timesFasterThanMavnet.toFixed(1)}</td><td>${parameters.toLocaleString("en-US")}</td><td>${minutes}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{max-width:1100px;margin:2rem auto;padding:0 1rem}
.charts{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;flex:1 1 420px}svg{width:100%}svg text{font-size:12px;fill:currentColor}
.axis,polyline{fill:none;stroke:currentColor;opacity:.5}polyline{stroke:#d9480f;opacity:1;stroke-width:1.5}circle{fill:#1971c2}
table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;border-bottom:1px solid #8884;text-align:right;vertical-align:top;white-space:nowrap}
td:nth-child(2),th:nth-child(2){text-align:left;white-space:normal}code{font-size:11px;opacity:.75;word-break:break-word}</style>
<h1>${escaped(title)}</h1>
<div class="charts">${scatter(ranked, "ms", "mean IoU on val against ms of the net, 1280x1024")}${scatter(ranked, "parameters", "mean IoU on val against values in the file")}</div>
<table><tr><th></th><th>candidate</th><th>IoU</th><th>ms</th><th>times MAVNet</th><th>values</th><th>minutes</th></tr>
${rows.join("\n")}</table></html>
`;
}
