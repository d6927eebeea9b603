import { MavsegError } from "../errors.js";

/**
 * Tells a person on stderr what went wrong and what to do.
 * @returns the exit code: 2 for wrong use or input, else 1
 */
export function reportError(error: unknown): 1 | 2 {
  if (error instanceof MavsegError) {
    process.stderr.write(`error ${error.code}: ${error.message}\n  ${error.hint}\n`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`error: unexpected failure\n${detail}\n`);
  return 1;
}
