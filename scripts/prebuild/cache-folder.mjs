import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** Where downloads are kept between runs. */
export const CACHE = process.env.MAVSEG_CACHE || path.join(os.homedir(), ".cache", "mavseg");

/**
 * A folder of the cache, filled by `fill(folder)` where it is not there yet. It appears under its name only when whole.
 * @param name tells contents and version: what it once holds is never renewed
 */
export async function cachedFolder(name, fill) {
  const folder = path.join(CACHE, name);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}.partial`;
  try {
    await mkdir(partial, { recursive: true });
    await fill(partial);
    await rename(partial, folder).catch((error) => {
      // Another run was faster: its folder holds the same.
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
