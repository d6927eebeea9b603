const EVERY_MS = 3000;

/** One line on stderr. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Says `what`, then every few seconds for how long it has been going on. */
export async function withProgress(what, work) {
  say(what);
  const startMs = Date.now();
  const timer = setInterval(() => say(`${what}, ${Math.round((Date.now() - startMs) / 1000)} s`), EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
