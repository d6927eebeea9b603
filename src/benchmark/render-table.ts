import { formatSize } from "./cell.js";
import { describeConditions } from "./describe-conditions.js";
import { valuesFor } from "./distribution.js";
import type { Layers } from "./layers/layer-report.js";
import type { BenchReport, Row } from "./report.js";

/** Layers named in the table: the rest of a net's time lies in many small ones. The report has all. */
const LAYERS_SHOWN = 12;

/** @returns the report for a terminal: the table, what to know about it, layers where they were asked for */
export function renderTable(report: BenchReport): string {
  const { rows, skipped } = report;
  const sections = [
    describeConditions(report).join("\n"),
    ...(rows.length === 0 ? ["No combination could be measured."] : [latencyTable(report), costTable(rows)]),
    ...(skipped.length === 0
      ? []
      : [["Not measured:", ...skipped.map(({ id, reason }) => `  ${id}: ${firstLine(reason)}`)].join("\n")]),
    ...rows.flatMap((row) => (row.layers === null ? [] : [layerTable(labelOf(row, rows), row.layers)])),
  ];
  return `${sections.join("\n\n")}\n`;
}

function latencyTable({ rows, settings }: BenchReport): string {
  const table = grid(
    [
      "ms per frame",
      "p50",
      "95 % interval",
      "p90",
      "p99",
      "p99.9",
      "max",
      "mean",
      "jitter",
      "fps",
      "of the first",
    ],
    rows.map((row) => [
      labelOf(row, rows),
      ms(row.totalMs.p50 ?? row.medianMs.estimate),
      `${ms(row.medianMs.low)}-${ms(row.medianMs.high)}`,
      ms(row.totalMs.p90),
      ms(row.totalMs.p99),
      ms(row.totalMs.p99_9),
      ms(row.totalMs.max),
      ms(row.totalMs.mean),
      ms(row.totalMs.jitter),
      row.fps.toFixed(1),
      `x${row.ratio.estimate.toFixed(2)} (${row.ratio.low.toFixed(2)}-${row.ratio.high.toFixed(2)})`,
    ]),
  );
  const fewest = Math.min(...rows.map(({ totalMs }) => totalMs.count));
  const needed = valuesFor(settings.percentile);
  const short =
    fewest < needed
      ? [
          `A dash is a percentile that the calls do not support: p${settings.percentile} takes ${needed}, the fewest here are ${fewest}.`,
        ]
      : [];
  return [table, ...short, "", stageTable(rows)].join("\n");
}

function stageTable(rows: readonly Row[]): string {
  return grid(
    ["median ms by stage", "decode", "preprocess", "infer", "postprocess", "hand-over"],
    rows.map((row) => {
      const { decode, preprocess, infer, postprocess, handOver } = row.stagesMs;
      return [
        labelOf(row, rows),
        ...[decode, preprocess, infer, postprocess, handOver].map(({ p50, mean }) => ms(p50 ?? mean)),
      ];
    }),
  );
}

const MIB = 1024 ** 2;

function costTable(rows: readonly Row[]): string {
  const hasAccuracy = rows.some(({ accuracy }) => accuracy !== null);
  const table = grid(
    [
      "cost",
      "CPU ms/frame",
      "MiB steady",
      "MiB peak",
      "load ms",
      "first mask ms",
      "mJ/mask",
      ...(hasAccuracy ? ["mIoU", "without bg"] : []),
    ],
    rows.map((row) => {
      const { cost, accuracy } = row;
      return [
        labelOf(row, rows),
        ms(cost.cpuMsPerFrame),
        (cost.steadyRssBytes / MIB).toFixed(0),
        (cost.peakRssBytes / MIB).toFixed(0),
        cost.modelLoadMs.toFixed(0),
        cost.startToFirstMaskMs.toFixed(0),
        cost.energy.value?.millijoulesPerMask.toFixed(1) ?? "-",
        ...(hasAccuracy
          ? [share(accuracy?.value?.meanIoU), share(accuracy?.value?.meanIoUWithoutBackground)]
          : []),
      ];
    }),
  );
  const reasons = new Set(
    rows.flatMap(({ cost, accuracy }) => [
      ...(cost.energy.missing === null ? [] : [`mJ/mask: ${cost.energy.missing}`]),
      ...(accuracy === null || accuracy.missing === null ? [] : [`mIoU: ${firstLine(accuracy.missing)}`]),
    ]),
  );
  return [table, ...reasons].join("\n");
}

function layerTable(label: string, { value, missing }: NonNullable<Row["layers"]>): string {
  if (value === null) return `Layers of ${label}: ${firstLine(missing ?? "")}`;
  const shown = value.layers.toSorted((a, b) => b.medianMs - a.medianMs).slice(0, LAYERS_SHOWN);
  const table = grid(
    [`layers of ${label}`, "op", "ms", "time", "MMAC", "KiB", "of roofline"],
    shown.map((layer) => [
      layer.name,
      layer.opType,
      layer.medianMs.toFixed(3),
      percent(layer.timeShare),
      (layer.macs / 1e6).toFixed(2),
      (layer.bytes / 1024).toFixed(0),
      percent(layer.rooflineShare),
    ]),
    2,
  );
  return `${table}\n${describeLayers(value, shown.length)}`;
}

/** One line on all layers together. */
function describeLayers({ layers, sumMs, macs, roofline }: Layers, shown: number): string {
  const leastMs = layers.reduce((sum, { rooflineMs }) => sum + rooflineMs, 0);
  const bandwidths = roofline.bandwidths
    .map(
      ({ workingSetBytes, bytesPerSecond }) =>
        `${(bytesPerSecond / 1e9).toFixed(1)} GB/s at ${workingSetBytes / MIB} MiB`,
    )
    .join(", ");
  return [
    `The ${shown} longest of ${layers.length}; all: ${sumMs.toFixed(2)} ms, ${(macs / 1e6).toFixed(1)} MMAC, ${percent(leastMs / sumMs)} of the roofline.`,
    `Roofline: ${(roofline.macsPerSecond / 1e9).toFixed(1)} GMAC/s; ${bandwidths}.`,
  ].join("\n");
}

/** What sets a row apart from the others, with its model always. */
export function labelOf({ cell, engine, executionProvider, threads }: Row, rows: readonly Row[]): string {
  const differ = (value: (row: Row) => unknown) => new Set(rows.map(value)).size > 1;
  return [
    cell.model,
    ...(differ((row) => `${row.engine} ${row.cell.engine}`) ? [engine] : []),
    ...(differ((row) => `${row.executionProvider} ${row.cell.executionProvider}`) ? [executionProvider] : []),
    ...(differ((row) => row.threads) ? [`${threads}t`] : []),
    ...(differ((row) => formatSize(row.cell.size)) ? [formatSize(cell.size)] : []),
    ...(differ((row) => row.cell.encoding) ? [cell.encoding] : []),
  ].join(" ");
}

/** @param textColumns how many columns stand at the left; numbers stand at the right */
export function grid(
  head: readonly string[],
  lines: readonly (readonly string[])[],
  textColumns = 1,
): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...lines.map((line) => line[column]!.length)),
  );
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) =>
          column < textColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function ms(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

function share(value: number | null | undefined): string {
  return value?.toFixed(4) ?? "-";
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
