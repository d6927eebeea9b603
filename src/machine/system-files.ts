import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Text of a file under `root`, without the newline or the zero byte that the kernel ends it with; null where it is
 * missing or may not be read, as most of these files are on most machines.
 */
export function readText(root: string, file: string): string | null {
  try {
    return readFileSync(path.join(root, file), "utf8").replace(/[\n\0]+$/, "");
  } catch {
    return null;
  }
}

/** Number that a file holds alone; null where it is missing or holds something else. */
export function readNumber(root: string, file: string): number | null {
  const text = readText(root, file)?.trim();
  if (text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Names in a folder that match, in natural order (`cpu2` before `cpu10`); none where it is missing. */
export function listNames(root: string, folder: string, pattern = /./): string[] {
  try {
    const names = readdirSync(path.join(root, folder)).filter((name) => pattern.test(name));
    return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  } catch {
    return [];
  }
}
