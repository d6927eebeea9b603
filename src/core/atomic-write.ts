import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../errors.js";

/**
 * Writes a file so that it appears under its name only when whole: a file beside it is written, then renamed.
 * @throws MavsegError `OUTPUT_UNWRITABLE`
 */
export async function writeFileAtomic(file: string, data: string | Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(partial, data);
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {});
    throw new MavsegError("OUTPUT_UNWRITABLE", {
      expected: `to write ${file}`,
      actual: (cause as Error).message,
      cause,
    });
  }
}
