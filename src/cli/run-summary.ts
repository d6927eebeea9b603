import type { PipelineSummary } from "../pipeline/pipeline.js";
import type { RecorderSummary } from "../video/record/recorder.js";

const BYTES_PER_MB = 1e6;

export interface RunSummary extends PipelineSummary {
  /** Absent where nothing was recorded. */
  readonly recording?: RecorderSummary;
}

/** The summary of a stream as a person reads it. */
export function formatSummary(summary: RunSummary): string {
  const { seconds, received, masks, lost, superseded, malformed, failed } = summary;
  const { executionProvider, providerFallbacks, kernels } = summary;
  const rate = seconds > 0 ? (masks / seconds).toFixed(1) : "0";
  const lines = [
    `frames      ${received} in ${seconds.toFixed(1)} s`,
    `masks       ${masks} (${rate} per second)`,
    `lost        ${lost} (never came, by gaps in seq)`,
    `superseded  ${superseded} (a newer frame was there before the net was free)`,
    `malformed   ${malformed}`,
    `failed      ${failed}`,
    `provider    ${executionProvider}${providerFallbacks > 0 ? ` (${providerFallbacks} broke while running)` : ""}`,
    ...(kernels === null ? [] : [`kernels     ${kernels}`]),
  ];
  if (summary.recording !== undefined) lines.push(recordingLine(summary.recording));
  if (summary.latencyMs !== null) {
    lines.push("", `ms          p50       p99       of the last ${summary.latencyFrames} masks`);
    for (const [stage, { p50, p99 }] of Object.entries(summary.latencyMs)) {
      lines.push(`${stage.padEnd(12)}${p50.toFixed(2).padEnd(10)}${p99.toFixed(2)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function recordingLine({ file, frames, dropped, bytes, isWhole }: RecorderSummary): string {
  const size = `${frames} frames, ${(bytes / BYTES_PER_MB).toFixed(1)} MB, ${dropped} dropped`;
  return `recording   ${file} (${size}${isWhole ? "" : ", ended early"})`;
}
