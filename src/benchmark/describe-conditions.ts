import { CONFIDENCE_PERCENT } from "./bootstrap.js";
import { formatSize } from "./cell.js";
import { VALUES_BEYOND, valuesFor } from "./distribution.js";
import type { BenchReport } from "./report.js";
import type { Conditions, ReportHead } from "./report-head.js";

/** Under what conditions a report was made, in a few lines for people. */
export function describeConditions(report: BenchReport): string[] {
  const releases = [...new Set(report.rows.map(({ ortRelease }) => ortRelease))].join(", ");
  const head = describeHead(
    report,
    releases,
    `${framesShown(report)}; ${callsMade(report)}; intervals ${CONFIDENCE_PERCENT} %`,
  );
  return [...head, ...describeKernels(report.rows)];
}

/** One line where all rows ran on the same kernels, one per kind where not. */
export function describeKernels(
  rows: readonly { readonly cell: { readonly model: string }; readonly kernels: string | null }[],
): string[] {
  const kinds = [...new Set(rows.flatMap(({ kernels }) => kernels ?? []))];
  if (kinds.length === 1) return [`kernels: ${kinds[0]}`];
  return kinds.map((kind) => {
    const models = rows.filter(({ kernels }) => kernels === kind).map(({ cell }) => cell.model);
    return `kernels of ${[...new Set(models)].join(", ")}: ${kind}`;
  });
}

/**
 * @param releases of onnxruntime
 * @param measured one line on what was done
 */
export function describeHead(report: ReportHead, releases: string, measured: string): string[] {
  const { machine, start, end } = report;
  const { board, processor, powerMode, versions } = machine;
  const name = board.model ?? processor.model ?? "unknown processor";
  const mode = powerMode.mode === null ? [] : [`power mode ${powerMode.mode.name ?? powerMode.mode.id}`];
  return [
    [`${name}, ${processor.cores} cores (${processor.architecture})`, ...mode, ...governors(start)].join(
      ", ",
    ),
    [
      `mavseg ${versions.mavseg}`,
      `node ${versions.node}`,
      ...(releases === "" ? [] : [`onnxruntime ${releases}`]),
      `clocks ${clock(start)} -> ${clock(end)}`,
      `temperature ${heat(start)} -> ${heat(end)}`,
    ].join(", "),
    measured,
    quietness(report),
    ...(report.throttled.length === 0
      ? []
      : [`slowed down by heat or current: ${report.throttled.join(", ")}`]),
  ];
}

function callsMade({ settings: { rounds, runs, percentile } }: BenchReport): string {
  const needed = `p${percentile} takes ${valuesFor(percentile)}, for ${VALUES_BEYOND} beyond it`;
  return `${rounds} rounds, up to ${runs} calls per row (${needed})`;
}

function framesShown({ rows, settings }: BenchReport): string {
  const sizes = [...new Set(rows.map(({ cell }) => `${formatSize(cell.size)} ${cell.encoding}`))].join(", ");
  return `${sizes || "no"} frames, ${settings.images === null ? "drawn" : `from ${settings.images}`}`;
}

function quietness({ isQuiet, disturbance: { stealShare, othersShare } }: ReportHead): string {
  if (stealShare === null || othersShare === null)
    return "the kernel does not tell whether the machine was quiet";
  const shares = `other programs ${percent(othersShare)} of the cores, other guests ${percent(stealShare)}`;
  return isQuiet ? `the machine was quiet: ${shares}` : `the machine was NOT quiet: ${shares}`;
}

function governors({ clocks }: Conditions): string[] {
  const names = [...new Set(clocks.flatMap(({ governor }) => governor ?? []))];
  return names.length === 0 ? [] : [`governor ${names.join(" and ")}`];
}

function clock({ clocks }: Conditions): string {
  const known = clocks.flatMap(({ currentMHz }) => currentMHz ?? []);
  return known.length === 0 ? "unknown" : `${Math.round(Math.max(...known))} MHz`;
}

function heat({ temperatures }: Conditions): string {
  const { sensors } = temperatures;
  return sensors.length === 0
    ? "unknown"
    : `${Math.max(...sensors.map(({ celsius }) => celsius)).toFixed(0)} C`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
