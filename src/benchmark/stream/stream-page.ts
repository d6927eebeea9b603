import { notices, renderFrame, section, skippedSection } from "../page/page.js";
import { escapeHtml } from "../page/svg.js";
import { machineFacts } from "../page/tables.js";
import { machineCharts } from "../page/time-charts.js";
import { ageCells, costCells, describeStream, energyMissing, stageCells, verdicts } from "./render-stream.js";
import { ageChart, dropChart, timeLine } from "./stream-charts.js";
import type { Step, StreamReport, StreamRow } from "./stream-report.js";

/** @returns a report as one page of HTML: no scripts, nothing from the network */
export function renderStreamPage(report: StreamReport): string {
  const models = [...new Set(report.rows.map(({ model }) => model.name))].join(", ");
  const title = `mavseg bench --stream: ${models || "nothing measured"}`;
  const conditions = describeStream(report).map(escapeHtml).join(".<br>");
  return renderFrame(
    title,
    `<p class="lead">${escapeHtml(report.start.at.slice(0, 16).replace("T", " "))} UTC. ${conditions}.</p>
${notices(report)}${report.rows.map((row) => rowSection(row, report)).join("\n")}${skippedSection(report)}
${section("The machine", "", `${machineCharts(report.timeline)}${machineFacts(report)}`)}`,
  );
}

function rowSection(row: StreamRow, report: StreamReport): string {
  const found = verdicts(row, report).map((text) => `<p><strong>${escapeHtml(text)}</strong></p>`);
  const missing = energyMissing(row);
  const lines = shownSteps(row).map(
    (step) => `<h3>${step.fps} frames per second <small>${says(step, row)}</small></h3>${timeLine(step)}`,
  );
  return section(
    row.id,
    "Age of the masks when they reach the subscriber. A dash is a percentile that the masks do not support.",
    [
      ...found,
      ageChart(row),
      dropChart(row),
      table(ageCells(row)),
      "<h3>Where the time goes <small>median ms</small></h3>",
      table(stageCells(row)),
      "<h3>What mavseg run costs <small>counters are of whole turns</small></h3>",
      table(costCells(row)),
      ...(missing === null ? [] : [`<p>mJ/mask: ${escapeHtml(missing)}</p>`]),
      ...lines,
    ].join(""),
  );
}

/** The calmest rate, the knee, and the highest: the three that tell the story. */
export function shownSteps({ steps, knee }: Pick<StreamRow, "steps" | "knee">): Step[] {
  const shown = [steps[0], steps.find(({ fps }) => fps === knee?.holdsFps), steps.at(-1)];
  return [...new Set(shown)].filter((step) => step !== undefined);
}

function says({ fps, isHeld }: Step, { knee, overload }: StreamRow): string {
  const parts = [
    ...(fps === knee?.holdsFps ? ["the knee"] : []),
    ...(fps === overload?.fps ? ["twice the capacity"] : []),
    isHeld ? "held" : "dropped frames",
  ];
  return parts.join(", ");
}

function table({ head, lines }: { readonly head: string[]; readonly lines: string[][] }): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table>${row(head, "th")}${lines.map((line) => row(line, "td")).join("")}</table></div>`;
}
