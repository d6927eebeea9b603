import { readFile } from "node:fs/promises";
import { z } from "zod";
import { MavsegError } from "../errors.js";
import { benchReportSchema } from "./report.js";
import { streamReportSchema } from "./stream/stream-report.js";

const reportSchema = z.discriminatedUnion("kind", [benchReportSchema, streamReportSchema]);
/** Of either kind. */
export type Report = z.infer<typeof reportSchema>;

const EXPECTED = "a report of mavseg bench, version 1, of the kind engine or stream";

/**
 * Reads a report that `mavseg bench --json` wrote.
 * @throws MavsegError `INPUT_UNREADABLE`, `REPORT_INVALID`
 */
export async function readReport(file: string): Promise<Report> {
  const value = parse(file, await read(file));
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${file}: ${issue?.path.join(".") || "(top level)"}: ${issue?.message}`);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const actual = (cause as Error).message;
    throw new MavsegError("INPUT_UNREADABLE", { expected: `to read ${file}`, actual, cause });
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`${file}: ${(cause as Error).message}`, cause);
  }
}

function invalid(actual: string, cause?: unknown): MavsegError {
  return new MavsegError("REPORT_INVALID", { expected: EXPECTED, actual, cause });
}
