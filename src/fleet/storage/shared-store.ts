import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { unwritable } from "../../video/output/disk-file.js";
import { filesBelow } from "./files-below.js";
import { chunkName, FINISHED_PLAN, type ResultStore, UNFINISHED } from "./result-store.js";

/** Results in a folder that all machines see. Everything is written beside its place and renamed into it. */
export class SharedStore implements ResultStore {
  readonly #out: string;
  readonly #state: string;

  constructor(out: string, key: string) {
    this.#out = out;
    this.#state = path.join(out, UNFINISHED, key);
  }

  async finishedPlan(): Promise<string | undefined> {
    return readFile(path.join(this.#out, FINISHED_PLAN), "utf8").catch(() => undefined);
  }

  async names(): Promise<string[]> {
    return readdir(this.#out).catch(() => []);
  }

  async isBegun(): Promise<boolean> {
    return existsSync(this.#state);
  }

  async hasChunk(index: number): Promise<boolean> {
    return existsSync(this.#chunk(index));
  }

  async newFolder(): Promise<string> {
    const folder = path.join(this.#state, `new-${randomUUID()}`);
    await writing(folder, mkdir(folder, { recursive: true }));
    return folder;
  }

  async keepChunk(index: number, folder: string): Promise<void> {
    const to = this.#chunk(index);
    await writing(to, mkdir(path.dirname(to), { recursive: true }));
    try {
      await rename(folder, to);
    } catch (error) {
      // Another worker was faster with the same chunk; its bytes are these.
      if (!existsSync(to)) throw unwritable(to, error as NodeJS.ErrnoException);
      await rm(folder, { recursive: true, force: true });
    }
  }

  async takeChunk(index: number, place: (file: string) => string): Promise<void> {
    const chunk = this.#chunk(index);
    for (const file of await filesBelow(chunk)) {
      const to = place(file);
      await writing(to, mkdir(path.dirname(to), { recursive: true }));
      await writing(to, linkOrCopy(path.join(chunk, file), to));
    }
  }

  async publish(folder: string): Promise<void> {
    const names = await readdir(folder);
    for (const name of [...names.filter((name) => name !== FINISHED_PLAN), FINISHED_PLAN]) {
      const to = path.join(this.#out, name);
      await writing(to, replace(path.join(folder, name), to));
    }
    await rm(this.#state, { recursive: true, force: true });
    // Another task's chunks may be in it.
    const unfinished = path.dirname(this.#state);
    if ((await readdir(unfinished).catch(() => [""])).length === 0)
      await rm(unfinished, { recursive: true, force: true });
  }

  #chunk(index: number): string {
    return path.join(this.#state, "chunks", chunkName(index));
  }
}

const IN_THE_WAY = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR"]);

/**
 * Nothing is taken away before there is something in its place: another worker may have given the same outputs their names,
 * and removed what this one was about to.
 */
async function replace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!IN_THE_WAY.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await rename(to, `${from}.old`);
    await rename(from, to);
  }
}

const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "ENOSYS"]);

/** A second name costs nothing; the first stays, so that a join that dies can be begun again. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await copyFile(from, to);
  }
}

async function writing<T>(file: string, action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (cause) {
    throw unwritable(file, cause as NodeJS.ErrnoException);
  }
}
