/** Exit code of what was stopped by Ctrl-C before its work was done, as shells give it: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** Aborts at the first SIGINT or SIGTERM, so that work at hand can be finished; the second ends the process at once. */
export function shutdownSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
