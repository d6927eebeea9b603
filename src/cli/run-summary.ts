import type { PipelineSummary } from "../pipeline/pipeline.js";

/** The summary of a stream as a person reads it. */
export function formatSummary(summary: PipelineSummary): string {
  const { seconds, received, masks, lost, superseded, malformed, failed } = summary;
  const { executionProvider, providerFallbacks } = summary;
  const rate = seconds > 0 ? (masks / seconds).toFixed(1) : "0";
  const lines = [
    `frames      ${received} in ${seconds.toFixed(1)} s`,
    `masks       ${masks} (${rate} per second)`,
    `lost        ${lost} (never came, by gaps in seq)`,
    `superseded  ${superseded} (a newer frame was there before the net was free)`,
    `malformed   ${malformed}`,
    `failed      ${failed}`,
    `provider    ${executionProvider}${providerFallbacks > 0 ? ` (${providerFallbacks} broke while running)` : ""}`,
  ];
  if (summary.latencyMs !== null) {
    lines.push("", `ms          p50       p99       of the last ${summary.latencyFrames} masks`);
    for (const [stage, { p50, p99 }] of Object.entries(summary.latencyMs)) {
      lines.push(`${stage.padEnd(12)}${p50.toFixed(2).padEnd(10)}${p99.toFixed(2)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
