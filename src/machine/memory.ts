import { z } from "zod";
import { readNumber, readText } from "./system-files.js";

export const memorySchema = z.object({
  totalBytes: z.number(),
  /** What a new program gets without swapping, within the limit of this process's control group. */
  availableBytes: z.number(),
  swapTotalBytes: z.number(),
  /** Limit of the container or service; null where there is none. */
  limitBytes: z.number().nullable(),
});
export type Memory = z.infer<typeof memorySchema>;

const BYTES_PER_KIB = 1024;
/** Control groups of version 1 write "no limit" as the largest page-aligned number; no machine has that much. */
const UNLIMITED_BYTES = 2 ** 62;

/** Says how much memory there is; null where the kernel does not tell. @param root where `/proc` and `/sys` lie */
export function readMemory(root = "/"): Memory | null {
  const text = readText(root, "proc/meminfo");
  const kibibytes = (key: string) => new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(text ?? "")?.[1];
  const [total, available] = [kibibytes("MemTotal"), kibibytes("MemAvailable")];
  if (total === undefined || available === undefined) return null;
  const availableBytes = Number(available) * BYTES_PER_KIB;
  const group = readGroup(root);
  return {
    totalBytes: Number(total) * BYTES_PER_KIB,
    availableBytes:
      group === null ? availableBytes : Math.min(availableBytes, group.limitBytes - group.usedBytes),
    swapTotalBytes: Number(kibibytes("SwapTotal") ?? 0) * BYTES_PER_KIB,
    limitBytes: group?.limitBytes ?? null,
  };
}

/** The limit of this process's control group, version 2 or 1; null where there is none. */
function readGroup(root: string): { readonly limitBytes: number; readonly usedBytes: number } | null {
  const groups = readText(root, "proc/self/cgroup") ?? "";
  const v2 = `sys/fs/cgroup${/^0::(.*)$/m.exec(groups)?.[1] ?? "/"}`;
  const v1 = `sys/fs/cgroup/memory${/^\d+:memory:(.*)$/m.exec(groups)?.[1] ?? "/"}`;
  const files = [
    [`${v2}/memory.max`, `${v2}/memory.current`],
    // A container sees its own group as the root of all, whatever path it is told.
    ["sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current"],
    [`${v1}/memory.limit_in_bytes`, `${v1}/memory.usage_in_bytes`],
    ["sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes"],
  ] as const;
  for (const [limit, usage] of files) {
    const limitBytes = readNumber(root, limit);
    if (limitBytes !== null && limitBytes < UNLIMITED_BYTES) {
      return { limitBytes, usedBytes: readNumber(root, usage) ?? 0 };
    }
  }
  return null;
}
