import { z } from "zod";
import { readText } from "./system-files.js";

/** Clock ticks of all cores since the machine's start. */
export interface CpuTimes {
  readonly busy: number;
  /** Taken by other guests of the host. */
  readonly steal: number;
  readonly total: number;
}

export const loadSchema = z.object({
  /** Runnable processes, averaged over 1, 5 and 15 minutes; null where the kernel does not tell. */
  average: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** Shares of all cores' time between two readings, 0..1; null where there was none or no time between them. */
  busyShare: z.number().nullable(),
  stealShare: z.number().nullable(),
});
export type Load = z.infer<typeof loadSchema>;

/** user, nice, system, idle, iowait, irq, softirq, steal; what follows is contained in user and nice. */
const TIMES = 8;

/** Reads `/proc/stat`, for `readLoad` later; null where it is missing. @param root where `/proc` lies */
export function readCpuTimes(root = "/"): CpuTimes | null {
  const match = /^cpu +(.*)$/m.exec(readText(root, "proc/stat") ?? "");
  const times = (match?.[1] ?? "").split(" ").slice(0, TIMES).map(Number);
  if (times.length < TIMES || times.some(Number.isNaN)) return null;
  const [, , , idle, iowait, , , steal] = times as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const total = times.reduce((sum, time) => sum + time, 0);
  return { busy: total - idle - iowait - steal, steal, total };
}

/** Says how busy the machine is, and was since `before` was read. @param root where `/proc` lies */
export function readLoad(before: CpuTimes | null, root = "/"): Load {
  const after = readCpuTimes(root);
  const elapsed = before === null || after === null ? 0 : after.total - before.total;
  const share = (key: "busy" | "steal") => (elapsed > 0 ? (after![key] - before![key]) / elapsed : null);
  return { average: readAverage(root), busyShare: share("busy"), stealShare: share("steal") };
}

function readAverage(root: string): Load["average"] {
  const numbers = (readText(root, "proc/loadavg") ?? "").split(" ").slice(0, 3).map(Number);
  const [one, five, fifteen] = numbers;
  if (one === undefined || five === undefined || fifteen === undefined) return null;
  return numbers.every(Number.isFinite) ? [one, five, fifteen] : null;
}
