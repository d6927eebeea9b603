import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../../errors.js";
import { unwritable } from "../output/disk-file.js";

const MCAP_NAME = /\.mcap$/i;
/** A recording has it behind its name until it is whole. */
const PART = ".part";

/** Names of a recording, before and after it is whole. */
export interface RecordFile {
  readonly part: string;
  readonly whole: string;
}

/**
 * Finds the name of a new recording and makes its folder.
 * @param target a file that ends in .mcap, or a folder, in which each recording is named after its beginning
 * @throws MavsegError `OUTPUT_EXISTS` where that file is there, whole or not, `OUTPUT_UNWRITABLE`
 */
export async function newRecordFile(target: string, now = new Date()): Promise<RecordFile> {
  const isFile = MCAP_NAME.test(target);
  // No colons: FAT, which memory cards have, does not take them.
  const whole = isFile ? target : path.join(target, `${now.toISOString().replaceAll(":", "-")}.mcap`);
  const part = whole + PART;
  const inUse = [whole, part].find((file) => existsSync(file));
  if (inUse !== undefined) {
    throw new MavsegError("OUTPUT_EXISTS", {
      expected: `no earlier recording ${whole}`,
      actual: inUse,
      hint: "Give another name, or a folder: in it every recording gets a name of its own.",
    });
  }
  try {
    await mkdir(path.dirname(whole), { recursive: true });
  } catch (cause) {
    throw unwritable(whole, cause as NodeJS.ErrnoException);
  }
  return { part, whole };
}

/** @throws MavsegError `OUTPUT_UNWRITABLE` */
export async function nameWhole({ part, whole }: RecordFile): Promise<void> {
  try {
    await rename(part, whole);
  } catch (cause) {
    throw unwritable(whole, cause as NodeJS.ErrnoException);
  }
}
