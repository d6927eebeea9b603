import { SetupError } from "../setup-training/failure.mjs";
import { say } from "./progress.mjs";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

/** Options that cannot be meant. */
export class UsageError extends Error {}

/** Runs a script's `main(signal)`: an interruption lets it clean up, failures become a message and an exit status. */
export async function runScript(help, main) {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interruption.abort());
  try {
    await main(interruption.signal);
  } catch (error) {
    process.exitCode = explain(error, help, interruption.signal.aborted);
  }
}

function explain(error, help, isInterrupted) {
  if (isInterrupted) {
    say("interrupted; what was half done is removed.");
    return EXIT_INTERRUPTED;
  }
  // parseArgs gives its errors such codes.
  if (error instanceof UsageError || error.code?.startsWith("ERR_PARSE_ARGS")) {
    say(`${error.message}\n\n${help}`);
    return EXIT_USAGE;
  }
  if (!(error instanceof SetupError)) throw error;
  say(`${error.message}\n  What to do: ${error.remedy}`);
  return EXIT_FAILED;
}
