import { readdirSync } from "node:fs";
import { rename, rm, statfs } from "node:fs/promises";
import path from "node:path";
import { SetupError } from "./failure.mjs";
import { megabytes } from "./wheel.mjs";

/** The two folders that a set-up adds to the package, and all that it changes there. */
const ADDED = ["deps", "lib"];
const WORK_PREFIX = ".mavseg-setup-";

/** A folder for work in progress beside the package: on the same disk, so that a rename can bring it into place. */
export function workFolder(packageDir, name) {
  return path.join(path.dirname(packageDir), `${WORK_PREFIX}${name}`);
}

/** Removes what crashed runs left beside the package. Only for the holder of the lock. */
export async function removeLeftovers(packageDir) {
  const parent = path.dirname(packageDir);
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(WORK_PREFIX)))
    await rm(path.join(parent, name), { recursive: true, force: true });
}

/** Brings the finished deps/ and lib/ of `from` into the package. A crash in between leaves a package that fails the check. */
export async function bringIntoPlace(from, packageDir) {
  for (const name of ADDED) {
    await rm(path.join(packageDir, name), { recursive: true, force: true });
    await rename(path.join(from, name), path.join(packageDir, name));
  }
}

/** Throws a SetupError where the disk of `folder` has less than `bytes` left. */
export async function requireSpace(folder, bytes) {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new SetupError(
    `${folder} has ${megabytes(bavail * bsize)} MB left, ${megabytes(bytes)} MB are needed`,
    "free some space there, or set MAVSEG_CACHE to a folder on another disk for the download.",
  );
}
