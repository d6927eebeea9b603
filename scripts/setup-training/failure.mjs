/** A failure that the user can do something about: what is missing, and the command or step that mends it. */
export class SetupError extends Error {
  constructor(message, remedy = "read the lines above; run the command again when the cause is gone.") {
    super(message);
    this.name = "SetupError";
    this.remedy = remedy;
  }
}

const FULL_DISK = /no space left on device|ENOSPC|disk quota/i;
const NO_NETWORK =
  /name resolution|name or service not known|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network is unreachable|connection (refused|reset|broken)|max retries|newconnectionerror|read ?timed? ?out|proxyerror|timed out|socket hang up/i;

/** Reads the cause of a failed tool from what it printed; undefined where the output names none that we know. */
export function causeIn(output, what) {
  if (FULL_DISK.test(output))
    return new SetupError(
      `no space left on the disk while ${what}`,
      "free about 1.5 GB (`df -h` shows where).",
    );
  if (NO_NETWORK.test(output))
    return new SetupError(
      `no network while ${what}`,
      "check the connection; behind a proxy set HTTPS_PROXY, with a mirror of the package index PIP_INDEX_URL.",
    );
  return undefined;
}
