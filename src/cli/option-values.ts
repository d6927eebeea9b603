import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { MavsegError } from "../errors.js";

/**
 * Checks options, from flags and a config file alike, and fills in the defaults.
 * @param flags what the command line said; a flag that was not given is undefined
 * @param file what the config file said; flags win
 * @throws MavsegError `USAGE` that names the first wrong option
 */
export function checkOptions<T>(schema: z.ZodType<T>, flags: object, file: object = {}): T {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse({ ...file, ...given });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = String(issue?.path[0] ?? "");
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.join(", ") : undefined;
  if (unknown !== undefined) throw new MavsegError("USAGE", { expected: "known options", actual: unknown });
  const value = key in given ? given[key as keyof typeof given] : file[key as keyof typeof file];
  throw new MavsegError("USAGE", {
    expected: `${toFlag(key)} to be right (${issue?.message})`,
    actual: value === undefined ? "nothing" : JSON.stringify(value),
  });
}

/**
 * Reads a config file: a JSON object with the options' names in camelCase as keys.
 * @throws MavsegError `INPUT_UNREADABLE`, `USAGE`
 */
export async function readConfigFile(file: string): Promise<object> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const actual = (cause as Error).message;
    throw new MavsegError("INPUT_UNREADABLE", { expected: `to read ${file}`, actual, cause });
  }
  const expected = `${file} to hold a JSON object`;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new MavsegError("USAGE", { expected, actual: (cause as Error).message, cause });
  }
  throw new MavsegError("USAGE", { expected, actual: "other JSON" });
}

function toFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
