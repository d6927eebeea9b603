import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../errors.js";

export interface ReplaceOptions {
  /** Replace a data set of the given name that is there already. */
  readonly force: boolean;
  /** `name` in the dataset.json of what may be replaced: force must not delete somebody's home. */
  readonly name: string;
}

/**
 * Fills a folder beside its place and renames it at the end, so that it is there whole or not at all.
 * @param fill writes into the folder that it is given
 * @throws MavsegError `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`; what `fill` throws
 */
export async function replaceFolder(
  out: string,
  { force, name }: ReplaceOptions,
  fill: (dir: string) => Promise<void>,
): Promise<void> {
  const target = path.resolve(out);
  await refuseForeign(target, force, name);
  const partial = `${target}.${process.pid}.partial`;
  try {
    await mkdir(partial, { recursive: true });
    await fill(partial);
    await swap(partial, target);
  } catch (cause) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    // Only what the operating system refused; all else (an abort, say) is the caller's.
    if (typeof (cause as NodeJS.ErrnoException).errno !== "number") throw cause;
    const actual = (cause as Error).message;
    throw new MavsegError("OUTPUT_UNWRITABLE", { expected: `to write ${target}`, actual, cause });
  }
}

async function refuseForeign(target: string, force: boolean, name: string): Promise<void> {
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new MavsegError("OUTPUT_UNWRITABLE", {
      expected: `a folder ${target}`,
      actual: error.message,
      cause: error,
    });
  });
  if (entries.length === 0) return;
  const isOwn = (await nameOf(target)) === name;
  if (isOwn && force) return;
  throw new MavsegError("OUTPUT_EXISTS", {
    expected: isOwn
      ? `${target} to be empty or --force`
      : `${target} to be empty or a data set named ${name}`,
    actual: `a folder with ${entries.length} entries`,
  });
}

/** The name that a folder's dataset.json gives, undefined without one. */
async function nameOf(dir: string): Promise<unknown> {
  try {
    return (JSON.parse(await readFile(path.join(dir, "dataset.json"), "utf8")) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}

/** Puts the new folder in its place; the old one is deleted only after that. */
async function swap(partial: string, target: string): Promise<void> {
  const old = `${target}.${process.pid}.old`;
  await rename(target, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  try {
    await rename(partial, target);
  } catch (error) {
    await rename(old, target).catch(() => {});
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
