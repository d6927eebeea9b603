import { SetupError } from "../setup-training/failure.mjs";
import { runTool, tellingLines } from "../setup-training/run-tool.mjs";

/** Longer than a first compilation with zig's C++ library on a loaded machine. */
const LIMIT_MS = 15 * 60 * 1000;
/** Enough for the first error of a compiler. */
const LINES_SHOWN = 12;

/** Runs a tool to its end. Throws a SetupError with the telling lines of its output where it fails. */
export async function runToEnd(command, args, { what, remedy, ...options }) {
  const run = { limitMs: LIMIT_MS, remedyIfMissing: remedy, ...options };
  const { status, output } = await runTool(command, args, run);
  if (status !== 0) throw new SetupError(`${what} failed:\n    ${tellingLines(output, LINES_SHOWN)}`, remedy);
  return output;
}
