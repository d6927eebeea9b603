import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SetupError } from "../setup-training/failure.mjs";

/** Masks in base64, a few hundred kilobytes in all. */
const MOST_OUTPUT_BYTES = 64e6;
/** The emulator takes ten seconds on a quiet machine. */
const LIMIT_MS = 4 * 60 * 1000;
const run = promisify(execFile);

/** Runs the script of cases with a node and returns what it prints, one object per mask. */
export async function runCases({ command, args, script, folder, signal }) {
  const options = { signal, timeout: LIMIT_MS, maxBuffer: MOST_OUTPUT_BYTES };
  try {
    const { stdout } = await run(command, [...args, script, folder], options);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } catch (error) {
    if (signal.aborted) throw error;
    const end = error.signal ?? error.code;
    throw new SetupError(
      `${command} ended with ${end}:\n${error.stderr ?? error.message}`,
      "read the lines above.",
    );
  }
}
