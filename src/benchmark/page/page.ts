import { describeConditions } from "../describe-conditions.js";
import { labelOf } from "../render-table.js";
import type { BenchReport, Skipped } from "../report.js";
import { accuracyChart } from "./accuracy-chart.js";
import { distributionChart, type NamedRow, ratioChart, STAGE_NAMES, stageChart } from "./latency-charts.js";
import { layerChart } from "./layer-chart.js";
import { STYLE } from "./style.js";
import { escapeHtml } from "./svg.js";
import { costTable, latencyTable, machineFacts } from "./tables.js";
import { machineCharts, roundChart } from "./time-charts.js";

/** @returns a report as one page of HTML: no scripts, nothing from the network */
export function renderPage(report: BenchReport): string {
  const rows = report.rows.map((row): NamedRow => ({ name: labelOf(row, report.rows), row }));
  const models = [...new Set(report.rows.map(({ model }) => model.name))].join(", ");
  const title = `mavseg bench: ${models || "nothing measured"}`;
  const [machine = "", ...conditions] = describeConditions(report);
  return renderFrame(
    title,
    `<p class="lead">${escapeHtml(report.start.at.slice(0, 16).replace("T", " "))} UTC. ${[machine, ...conditions].map(escapeHtml).join(".<br>")}.</p>
${notices(report)}${rows.length === 0 ? "" : measured(report, rows)}${skippedSection(report)}
${section("The machine", "", machineFacts(report))}`,
  );
}

/** @param body HTML */
export function renderFrame(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escapeHtml(title)}</h1>
${body}
</main></body></html>
`;
}

export function notices({ isQuiet, throttled }: Pick<BenchReport, "isQuiet" | "throttled">): string {
  const texts = [
    ...(isQuiet
      ? []
      : ["The machine was not quiet: ratios of one run hold, times and their tails may be too long."]),
    ...(throttled.length === 0 ? [] : [`Slowed down by heat or current: ${throttled.join(", ")}.`]),
  ];
  return texts.map((text) => `<p class="notice">${escapeHtml(text)}</p>`).join("");
}

function measured(report: BenchReport, rows: readonly NamedRow[]): string {
  const stages = STAGE_NAMES.map((name, stage) => `<li><i class="square stage${stage}"></i>${name}</li>`);
  return [
    section(
      "Latency",
      "From frame to mask, one frame in flight. A dash is a percentile that the calls do not support.",
      latencyTable(rows),
    ),
    ...(rows.some(({ row }) => row.accuracy !== null)
      ? [section("Accuracy against time", "Mean IoU without background.", accuracyChart(rows))]
      : []),
    section(
      "Distributions",
      "How often which time came up, by square root; long marks are p50, short ones p90, p99 and p99.9.",
      distributionChart(rows),
    ),
    section("Stages", "Medians.", `${stageChart(rows)}<ul class="legend">${stages.join("")}</ul>`),
    section(
      "Ratios",
      "Medians against the first row, paired by round, with 95 % intervals. Below 1 is faster.",
      ratioChart(rows),
    ),
    section(
      "Time lines",
      "Median of every round, and the machine meanwhile.",
      `${roundChart(rows)}${machineCharts(report.timeline)}`,
    ),
    section("Cost", "", costTable(rows)),
    ...layerSections(rows),
  ].join("\n");
}

function layerSections(rows: readonly NamedRow[]): string[] {
  const layers = rows.flatMap(({ name, row: { layers } }) => {
    if (layers === null) return [];
    const legend = `<ul class="legend"><li><i class="square took"></i>took</li><li><i class="square least"></i>least that the roofline allows</li></ul>`;
    const body =
      layers.value === null
        ? `<p>${escapeHtml(layers.missing ?? "")}</p>`
        : `${layerChart(layers.value)}${legend}`;
    return [
      `<details${rows.length === 1 ? " open" : ""}><summary>${escapeHtml(name)}</summary>${body}</details>`,
    ];
  });
  if (layers.length === 0) return [];
  const caption = "Share behind each bar: how near it comes to the machine's limits.";
  return [section("Layers", caption, layers.join(""))];
}

export function skippedSection({
  skipped,
}: {
  readonly skipped: readonly Pick<Skipped, "id" | "reason">[];
}): string {
  if (skipped.length === 0) return "";
  const lines = skipped.map(({ id, reason }) => `<dt>${escapeHtml(id)}</dt><dd>${escapeHtml(reason)}</dd>`);
  return section("Not measured", "", `<dl>${lines.join("")}</dl>`);
}

export function section(title: string, caption: string, body: string): string {
  const text = caption === "" ? "" : `<p>${escapeHtml(caption)}</p>`;
  return `<section><h2>${escapeHtml(title)}</h2>${text}${body}</section>`;
}
