import { existsSync, mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

export const diskSchema = z.object({
  folder: z.string(),
  freeBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  /** Why nothing can be made there; null where it can. */
  unwritable: z.string().nullable(),
});
export type Disk = z.infer<typeof diskSchema>;

/** Says how much space there is for a folder, which need not exist yet, and whether it can be written. */
export function readDisk(folder: string): Disk {
  const existing = nearestExisting(path.resolve(folder));
  const space = readSpace(existing);
  return { folder, ...space, unwritable: tryToWrite(existing) };
}

function nearestExisting(folder: string): string {
  const parent = path.dirname(folder);
  return existsSync(folder) || parent === folder ? folder : nearestExisting(parent);
}

function readSpace(folder: string): { freeBytes: number | null; totalBytes: number | null } {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return { freeBytes: null, totalBytes: null };
  }
}

/** Permissions do not tell all: quotas, read-only mounts and the root user have rules of their own. */
function tryToWrite(folder: string): string | null {
  try {
    rmdirSync(mkdtempSync(path.join(folder, ".mavseg-")));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
