import type { VideoResult } from "../video/job/run-video.js";
import { formatDuration } from "./progress.js";
import type { VideoSpeed } from "./video-progress.js";

export interface VideoSummary extends VideoResult, VideoSpeed {
  readonly input: string;
  readonly out: string;
}

/** Places of damage that are printed; all of them are in damage.jsonl. */
const PLACES_SHOWN = 5;

export function formatVideoSummary(summary: VideoSummary): string {
  const { input, out, frames, resumedFrames, damage, isFinished, wasFinished } = summary;
  if (wasFinished) return `${input}: finished before, in ${out}\n`;
  const earlier = resumedFrames > 0 ? ` (${resumedFrames} of an earlier run)` : "";
  const speed = `${summary.framesPerSecond.toFixed(1)} fps, ${summary.timesRealTime.toFixed(2)}x real time`;
  const lines = [
    `${input}: ${frames} frames${earlier} in ${formatDuration(summary.seconds * 1000)}, ${speed}`,
  ];
  if (!isFinished) lines.push("  stopped; the same command with --resume goes on");
  if (damage.length > 0) lines.push(`  ${damage.length} damaged places:`);
  for (const { fault, timeS, offsetBytes, detail } of damage.slice(0, PLACES_SHOWN)) {
    const place = [
      timeS === null ? undefined : `${timeS.toFixed(3)} s`,
      offsetBytes === null ? undefined : `byte ${offsetBytes}`,
    ];
    lines.push(`    ${place.filter((part) => part !== undefined).join(", ")}: ${fault}, ${detail}`);
  }
  if (damage.length > PLACES_SHOWN)
    lines.push(`    ... ${damage.length - PLACES_SHOWN} more in damage.jsonl`);
  return `${lines.join("\n")}\n`;
}
