import { readFileSync, writeFileSync } from "node:fs";

const BYTES_PER_KIB = 1024;
/** What the kernel takes as "forget the peak" (proc(5), clear_refs). */
const FORGET_PEAK = "5";

/** Most memory that this process has held at once, since its start or since `forgetPeak`. */
export function readPeakBytes(): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (match !== null) return Number(match[1]) * BYTES_PER_KIB;
  } catch {
    // Not Linux: Node knows the peak since the start.
  }
  return process.resourceUsage().maxRSS * BYTES_PER_KIB;
}

/** Lets the peak start anew, so that what is not measured does not count; without effect where the kernel refuses. */
export function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", FORGET_PEAK);
  } catch {
    // Some containers keep /proc read-only: the peak then holds the drawing of the frames as well.
  }
}
