import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile, writeFile } from "node:fs/promises";
import { MavsegError } from "../../errors.js";

/** Small writes are gathered up to this many bytes: system calls cost more than copying. */
const GATHER_BYTES = 64 * 1024;

/** A file that is written from its beginning to its end, in the order of the calls of `write`, which may overlap. */
export class DiskFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #gathered: Uint8Array[] = [];
  #bytes = 0;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws MavsegError `OUTPUT_UNWRITABLE` */
  static async create(path: string): Promise<DiskFile> {
    return new DiskFile(path, await writing(path, open(path, "w")));
  }

  /** @param data kept until it is written: do not change it */
  async write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#gathered.push(bytes);
    this.#bytes += bytes.byteLength;
    if (this.#bytes >= GATHER_BYTES) await this.#flush();
  }

  /** Writes without gathering and without a copy. @param data may be changed once this has resolved */
  async writeThrough(data: Uint8Array): Promise<void> {
    if (this.#bytes > 0) this.#flush();
    await this.#append(data);
  }

  /** Resolves when all that was written before is on the disk itself, safe from a power cut. */
  sync(): Promise<void> {
    return this.#written.then(() => writing(this.#path, this.#handle.datasync()));
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#handle.close();
    }
  }

  #flush(): Promise<void> {
    const all = Buffer.concat(this.#gathered.splice(0));
    this.#bytes = 0;
    return this.#append(all);
  }

  #append(data: Uint8Array): Promise<void> {
    // After a failed write the file is of no use: all later ones fail with the same error.
    this.#written = this.#written.then(() => writing(this.#path, this.#handle.writeFile(data)));
    this.#written.catch(() => {});
    return this.#written;
  }
}

/** @throws MavsegError `OUTPUT_UNWRITABLE` */
export function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  return writing(path, writeFile(path, data));
}

/** Appends whole files to one another. @throws MavsegError `OUTPUT_UNWRITABLE` */
export async function concatenateFiles(parts: readonly string[], to: string, head = ""): Promise<void> {
  const out = await DiskFile.create(to);
  try {
    if (head !== "") await out.write(head);
    for (const part of parts)
      for await (const data of createReadStream(part)) await out.write(data as Buffer);
  } finally {
    await out.close();
  }
}

export async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8")) as T;
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Gives a failed write its coded error, with what to do where the disk is full. */
async function writing<T>(path: string, action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (cause) {
    throw unwritable(path, cause as NodeJS.ErrnoException);
  }
}

export function unwritable(path: string, cause: NodeJS.ErrnoException): MavsegError {
  const isFull = FULL.has(cause.code ?? "");
  return new MavsegError("OUTPUT_UNWRITABLE", {
    expected: `to write ${path}`,
    actual: isFull ? `${cause.code}: no space left on the device` : cause.message,
    cause,
    ...(isFull && {
      hint: "Free some space, then give the same command with --resume: finished chunks are kept.",
    }),
  });
}
