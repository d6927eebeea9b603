import { formatSize } from "../cell.js";
import { describeHead } from "../describe-conditions.js";
import { grid } from "../render-table.js";
import type { Step, StreamReport, StreamRow } from "./stream-report.js";
import { STREAM_STAGES } from "./turn.js";

const MIB = 1024 ** 2;

/** @returns the report for a terminal */
export function renderStream(report: StreamReport): string {
  const { rows, skipped } = report;
  const sections = [
    describeStream(report).join("\n"),
    ...rows.map((row) =>
      [row.id, ageTable(row), "", stageTable(row), "", costTable(row), "", ...verdicts(row, report)].join(
        "\n",
      ),
    ),
    ...(skipped.length === 0
      ? []
      : [["Not measured:", ...skipped.map(({ id, reason }) => `  ${id}: ${reason}`)].join("\n")]),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** Under what conditions the report was made. */
export function describeStream(report: StreamReport): string[] {
  const { rows, settings } = report;
  const sizes = [...new Set(rows.map(({ cell }) => `${formatSize(cell.size)} ${cell.encoding}`))].join(", ");
  const frames = `${sizes || "no"} frames, ${settings.images === null ? "drawn" : `from ${settings.images}`}`;
  const turns = `${settings.repeats} turns of ${settings.durationMs / 1000} s per rate, the first ${settings.settleMs / 1000} s of each left out`;
  return describeHead(
    report,
    settings.ortRelease,
    `${frames}; masks as ${settings.maskEncoding}; ${turns}; camera, run and subscriber share the machine`,
  );
}

/** What a sweep found, in sentences. */
export function verdicts({ knee, overload, cell }: StreamRow, { settings }: StreamReport): string[] {
  const each = cell.cameras > 1 ? ` from each of ${cell.cameras} cameras` : "";
  const allowed =
    settings.allowedDrops === 0 ? "no drops" : `at most ${percent(settings.allowedDrops)} drops`;
  const lines: string[] = [];
  if (knee !== null) {
    const { holdsFps, dropsFps } = knee;
    const above =
      dropsFps === null
        ? ""
        : `; ${dropsFps} ${knee.isCameraLimit ? "is more than the camera can send" : "does not hold"}`;
    lines.push(
      holdsFps === null
        ? `Knee: not even ${dropsFps} frames per second${each} pass with ${allowed}.`
        : `Knee: ${holdsFps} frames per second${each} pass with ${allowed}${above} (bisected to ${percent(settings.tolerance)}, ${settings.repeats} turns per rate, most of them decide).`,
    );
  }
  if (overload !== null) {
    const { ratio, limit, capacityFps, factor, ageP99Ms, processingP50Ms } = overload;
    const sent = factor === null ? "" : `, sent ${factor.toFixed(2)} times what came out`;
    lines.push(
      ratio === null
        ? `Beyond the knee: too few masks for the p99 of the age (capacity ${capacityFps.toFixed(1)} masks per second${sent}).`
        : `Beyond the knee (capacity ${capacityFps.toFixed(1)} masks per second, ${overload.fps} frames per second${each}${sent}): age p99 ${ms(ageP99Ms)} ms is ${ratio.toFixed(2)} times the p50 of processing, ${ms(processingP50Ms)} ms; at most ${limit} is wanted: ${overload.isBounded ? "holds" : "DOES NOT HOLD"}.`,
    );
  }
  return lines;
}

/** @returns head and lines of the table of ages, a line per rate */
export function ageCells({ steps, cell }: StreamRow): { head: string[]; lines: string[][] } {
  const head = [
    "fps",
    "sent/s",
    "masks/s",
    "dropped",
    "p50",
    "p90",
    "p99",
    "p99.9",
    "max",
    "jitter",
    "wait p50",
    "masks",
  ];
  return {
    head: cell.cameras > 1 ? [...head, "masks by camera"] : head,
    lines: steps.map((step) => {
      const { ageMs, stagesMs } = step;
      return [
        String(step.fps),
        rate(step.sentFps),
        rate(step.maskFps),
        percent(step.dropRatio),
        ...[
          ageMs?.p50,
          ageMs?.p90,
          ageMs?.p99,
          ageMs?.p99_9,
          ageMs?.max,
          ageMs?.jitter,
          stagesMs?.wait?.p50,
        ].map(ms),
        String(step.masks),
        ...(cell.cameras > 1 ? [step.cameras.map(({ masks }) => masks).join(" ")] : []),
      ];
    }),
  };
}

/** @returns head and lines of the table of stages: medians, means where there are too few */
export function stageCells({ steps }: StreamRow): { head: string[]; lines: string[][] } {
  return {
    head: ["fps", ...STREAM_STAGES],
    lines: steps.map(({ fps, stagesMs }) => [
      String(fps),
      ...STREAM_STAGES.map((stage) => ms(stagesMs?.[stage]?.p50 ?? stagesMs?.[stage]?.mean)),
    ]),
  };
}

/** @returns head and lines of the table of what `mavseg run` cost, and counted over whole turns */
export function costCells({ steps }: StreamRow): { head: string[]; lines: string[][] } {
  return {
    head: [
      "fps",
      "cores",
      "waiting",
      "CPU ms/mask",
      "MiB steady",
      "MiB peak",
      "mJ/mask",
      "received",
      "superseded",
      "lost",
      "failed",
    ],
    lines: steps.map(({ fps, cost, counters }) => [
      String(fps),
      cost?.cpuCores.toFixed(2) ?? "-",
      cost?.waitingShare == null ? "-" : `${(cost.waitingShare * 100).toFixed(0)} %`,
      ms(cost?.cpuMsPerMask),
      mebibytes(cost?.steadyRssBytes),
      mebibytes(cost?.peakRssBytes),
      cost?.energy.value?.millijoulesPerMask.toFixed(1) ?? "-",
      ...[counters.received, counters.superseded, counters.lost, counters.failed].map(String),
    ]),
  };
}

function ageTable(row: StreamRow): string {
  const { head, lines } = ageCells(row);
  const shown = grid(["age in ms", ...head.slice(1)], lines);
  const isDashed = row.steps.some(({ ageMs }) => ageMs?.p99 === null);
  return isDashed
    ? `${shown}\nA dash is a percentile that the masks do not support: it takes 10 beyond it.`
    : shown;
}

function stageTable(row: StreamRow): string {
  const { head, lines } = stageCells(row);
  return grid(["median ms", ...head.slice(1)], lines);
}

function costTable(row: StreamRow): string {
  const { head, lines } = costCells(row);
  const missing = energyMissing(row);
  return [grid(["run", ...head.slice(1)], lines), ...(missing === null ? [] : [`mJ/mask: ${missing}`])].join(
    "\n",
  );
}

/** @returns why no rate has an energy; null where one has, and where nothing was looked at */
export function energyMissing({ steps }: StreamRow): string | null {
  const energies = steps.flatMap(({ cost }) => cost?.energy ?? []);
  return energies.some(({ value }) => value !== null) ? null : (energies[0]?.missing ?? null);
}

function ms(value: number | null | undefined): string {
  return value?.toFixed(2) ?? "-";
}

function rate(value: Step["sentFps"]): string {
  return value?.toFixed(1) ?? "-";
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? "-" : (bytes / MIB).toFixed(0);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
