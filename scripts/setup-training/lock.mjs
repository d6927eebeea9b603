import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { say } from "./run-tool.mjs";

const POLL_MS = 500;
/** Older than any set-up takes: its owner has gone, even where its host cannot be asked. */
const STALE_AFTER_MS = 60 * 60 * 1000;
const OWNER = "owner.json";

/**
 * Runs `work` while holding the lock folder; waits while another process holds it, and takes it over from one that
 * has died. The folder appears with its owner's name inside, by one rename, so no lock is ever without owner.
 */
export async function withLock(folder, signal, work) {
  await mkdir(path.dirname(folder), { recursive: true });
  let isAnnounced = false;
  while (!(await acquire(folder))) {
    const owner = await readOwner(folder);
    if (owner !== undefined && (await isStale(folder, owner))) {
      await breakLock(folder, owner);
      continue;
    }
    if (!isAnnounced && owner !== undefined)
      say(`waiting for another run (process ${owner.pid} on ${owner.host})`);
    isAnnounced = true;
    await delay(POLL_MS, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await release(folder);
  }
}

/** By one rename as well: a folder that is being emptied would be taken by the next, and its lock removed with it. */
async function release(folder) {
  const aside = `${folder}.released.${os.hostname()}.${process.pid}`;
  await rename(folder, aside).catch(() => {});
  await rm(aside, { recursive: true, force: true });
}

async function acquire(folder) {
  const own = `${folder}.${os.hostname()}.${process.pid}`;
  await rm(own, { recursive: true, force: true });
  await mkdir(own);
  await writeFile(path.join(own, OWNER), JSON.stringify({ pid: process.pid, host: os.hostname() }));
  try {
    // A folder is never renamed onto one that is not empty: exactly one process succeeds.
    await rename(own, folder);
    return true;
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    if (error.code === "ENOTEMPTY" || error.code === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(folder) {
  try {
    return JSON.parse(await readFile(path.join(folder, OWNER), "utf8"));
  } catch {
    return undefined;
  }
}

async function isStale(folder, owner) {
  const age = await stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > STALE_AFTER_MS) return true;
  return owner.host === os.hostname() && !isAlive(owner.pid);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}

/** Moves the lock aside before removing it: if a third process was faster, the lock that comes along is put back. */
async function breakLock(folder, deadOwner) {
  const aside = `${folder}.dead.${os.hostname()}.${process.pid}`;
  await rename(folder, aside).catch(() => {});
  const owner = await readOwner(aside);
  if (owner !== undefined && (owner.pid !== deadOwner.pid || owner.host !== deadOwner.host)) {
    await rename(aside, folder).catch(() => {});
    return;
  }
  await rm(aside, { recursive: true, force: true });
}
