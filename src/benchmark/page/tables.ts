import type { BenchReport, Row } from "../report.js";
import type { NamedRow } from "./latency-charts.js";
import { escapeHtml, figure, seriesClass } from "./svg.js";

const MIB = 1024 ** 2;

/** A column: its head, and what it says of a row. */
type Column = readonly [head: string, read: (row: Row) => string];

const ms = (value: number | null) => (value === null ? "–" : value.toFixed(2));

export function latencyTable(rows: readonly NamedRow[]): string {
  return table(rows, [
    ["p50", ({ medianMs }) => ms(medianMs.estimate)],
    ["95 % interval", ({ medianMs }) => `${ms(medianMs.low)}–${ms(medianMs.high)}`],
    ["p90", ({ totalMs }) => ms(totalMs.p90)],
    ["p99", ({ totalMs }) => ms(totalMs.p99)],
    ["p99.9", ({ totalMs }) => ms(totalMs.p99_9)],
    ["max", ({ totalMs }) => ms(totalMs.max)],
    ["mean", ({ totalMs }) => ms(totalMs.mean)],
    ["jitter", ({ totalMs }) => ms(totalMs.jitter)],
    ["fps", ({ fps }) => fps.toFixed(1)],
    ["calls", ({ totalMs }) => String(totalMs.count)],
  ]);
}

export function costTable(rows: readonly NamedRow[]): string {
  const html = table(rows, [
    ["CPU ms/frame", ({ cost }) => ms(cost.cpuMsPerFrame)],
    ["MiB steady", ({ cost }) => (cost.steadyRssBytes / MIB).toFixed(0)],
    ["MiB peak", ({ cost }) => (cost.peakRssBytes / MIB).toFixed(0)],
    ["load ms", ({ cost }) => cost.modelLoadMs.toFixed(0)],
    ["first mask ms", ({ cost }) => cost.startToFirstMaskMs.toFixed(0)],
    ["mJ/mask", ({ cost }) => cost.energy.value?.millijoulesPerMask.toFixed(1) ?? "–"],
    ["mIoU", ({ accuracy }) => accuracy?.value?.meanIoU?.toFixed(4) ?? "–"],
  ]);
  const reasons = new Set(
    rows.flatMap(({ row: { cost, accuracy } }) => [
      ...(cost.energy.missing === null ? [] : [`mJ/mask: ${cost.energy.missing}`]),
      ...(accuracy === null || accuracy.missing === null ? [] : [`mIoU: ${accuracy.missing}`]),
    ]),
  );
  return `${html}${[...reasons].map((reason) => `<p>${escapeHtml(reason)}</p>`).join("")}`;
}

function table(rows: readonly NamedRow[], columns: readonly Column[]): string {
  const head = ["", ...columns.map(([name]) => name)].map((name) => `<th>${escapeHtml(name)}</th>`);
  const lines = rows.map(({ name, row }, index) => {
    const cells = columns.map(([, read]) => `<td>${escapeHtml(read(row))}</td>`);
    return `<tr><td><i class="${seriesClass(index)}"></i>${escapeHtml(name)}</td>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table><tr>${head.join("")}</tr>${lines.join("")}</table></div>`;
}

/** What reports of all kinds say of the machine, the models and how they were run. */
export type Facts = Pick<BenchReport, "machine" | "start"> & {
  readonly settings: Pick<BenchReport["settings"], "niceness">;
  readonly rows: readonly Pick<Row, "model">[];
};

export function machineFacts(report: Facts): string {
  const { machine, start, settings, rows } = report;
  const { board, processor, memory, powerMode, versions } = machine;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ["Board", board.model],
    ["Processor", processor.model],
    ["Cores", `${processor.cores} with ${processor.threads} threads, ${processor.architecture}`],
    ["Instructions", processor.features.join(" ")],
    ["Memory", memory === null ? null : `${figure(memory.totalBytes / 1024 ** 3)} GiB`],
    ["Power mode", powerMode.mode?.name],
    ["Governor", [...new Set(start.clocks.flatMap(({ governor }) => governor ?? []))].join(", ")],
    ["Temperatures", start.temperatures.missing],
    ["Throttling", start.throttling.missing],
    ["Load at the start", start.load.average?.map(figure).join(", ")],
    ["System", [versions.distribution?.name, versions.kernel, versions.l4t].filter(Boolean).join(", ")],
    ["Node", versions.node],
    ["mavseg", versions.mavseg],
    ["Niceness", String(settings.niceness)],
    ...[...new Map(rows.map(({ model }) => [model.sha256, model])).values()].map(
      ({ name, sha256, bytes }) => [name, `${figure(bytes / 1024)} KiB, sha256 ${sha256}`] as const,
    ),
  ];
  const lines = facts.map(([name, value]) =>
    value ? `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>` : "",
  );
  return `<dl>${lines.join("")}</dl>`;
}
