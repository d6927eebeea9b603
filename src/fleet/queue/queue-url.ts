import { MavsegError } from "../../errors.js";

const PROTOCOLS = ["redis:", "rediss:"];

/**
 * Checks the address of a queue's server: `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS.
 * @throws MavsegError `USAGE`, which never holds the text itself: there may be a password in it
 */
export function checkQueueUrl(text: string): URL {
  const expected = "redis://[user:password@]host[:port][/database], or rediss://";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new MavsegError("USAGE", { expected, actual: "something else" });
  if (!PROTOCOLS.includes(url.protocol) || url.hostname === "" || !/^\/?\d*$/.test(url.pathname)) {
    throw new MavsegError("USAGE", { expected, actual: withoutSecrets(url) });
  }
  return url;
}

/** What may be shown of it. */
export function withoutSecrets(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
