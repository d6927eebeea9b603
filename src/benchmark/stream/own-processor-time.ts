import { readText } from "../../machine/system-files.js";

/** The kernel counts processor time in hundredths of a second, on every architecture (USER_HZ). */
const TICK_MS = 10;
/** utime, stime, cutime, cstime of proc(5), counted from behind the command's name. */
const TIMES = [11, 12, 13, 14] as const;

/**
 * Processor time of this process and of all its children that have ended, in milliseconds; null where the kernel does not
 * tell. @param root where `/proc` lies
 */
export function readOwnProcessorMs(root = "/"): number | null {
  const text = readText(root, "proc/self/stat");
  if (text === null) return null;
  // The command's name stands in brackets and may hold blanks and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = TIMES.reduce((sum, index) => sum + Number(fields[index]), 0);
  return Number.isFinite(ticks) ? ticks * TICK_MS : null;
}
