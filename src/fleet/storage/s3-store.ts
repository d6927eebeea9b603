import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { type Address, within } from "../address.js";
import { CHUNK_RECORD } from "../work/run-chunk.js";
import { filesBelow } from "./files-below.js";
import { chunkName, FINISHED_PLAN, type ResultStore, UNFINISHED } from "./result-store.js";
import { Bucket, type S3Address } from "./s3-bucket.js";

/** Files on their way to or from the bucket at the same time: enough to hide the time of an answer. */
const AT_ONCE = 8;

/**
 * Results in a bucket. An object appears whole; the one that says that a chunk, or all, is whole is written last.
 */
export class S3Store implements ResultStore {
  readonly #out: S3Address;
  readonly #state: Address;
  readonly #scratch: string;
  readonly #bucket: Bucket;

  constructor(out: S3Address, key: string, scratch: string) {
    this.#out = out;
    this.#state = within(within(out, UNFINISHED), key);
    this.#scratch = scratch;
    this.#bucket = new Bucket(out.bucket);
  }

  finishedPlan(): Promise<string | undefined> {
    return this.#bucket.readText(keyOf(within(this.#out, FINISHED_PLAN)));
  }

  async names(): Promise<string[]> {
    const folder = `${keyOf(within(this.#out, "x")).slice(0, -1)}`;
    const names = new Set<string>();
    for await (const { key } of this.#bucket.list(folder)) {
      names.add(key.slice(folder.length).split("/")[0] as string);
    }
    return [...names];
  }

  async isBegun(): Promise<boolean> {
    for await (const _ of this.#bucket.list(`${keyOf(this.#state)}/`)) return true;
    return false;
  }

  async hasChunk(index: number): Promise<boolean> {
    return (await this.#bucket.readText(this.#chunkKey(index, CHUNK_RECORD))) !== undefined;
  }

  async newFolder(): Promise<string> {
    const folder = path.join(this.#scratch, `new-${randomUUID()}`);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async keepChunk(index: number, folder: string): Promise<void> {
    const files = (await filesBelow(folder)).filter((file) => file !== CHUNK_RECORD);
    await forEach(files, (file) => this.#bucket.upload(path.join(folder, file), this.#chunkKey(index, file)));
    await this.#bucket.upload(path.join(folder, CHUNK_RECORD), this.#chunkKey(index, CHUNK_RECORD));
    await rm(folder, { recursive: true });
  }

  async takeChunk(index: number, place: (file: string) => string): Promise<void> {
    const prefix = this.#chunkKey(index, "");
    const keys: string[] = [];
    for await (const { key } of this.#bucket.list(prefix)) keys.push(key);
    await forEach(keys, (key) => this.#bucket.download(key, place(key.slice(prefix.length))));
  }

  async publish(folder: string): Promise<void> {
    const files = (await filesBelow(folder)).filter((file) => file !== FINISHED_PLAN);
    await forEach(files, (file) =>
      this.#bucket.upload(path.join(folder, file), keyOf(within(this.#out, file))),
    );
    await this.#bucket.upload(path.join(folder, FINISHED_PLAN), keyOf(within(this.#out, FINISHED_PLAN)));
    await this.#bucket.removeAll(`${keyOf(this.#state)}/`);
    await rm(folder, { recursive: true });
  }

  #chunkKey(index: number, file: string): string {
    return `${keyOf(this.#state)}/chunks/${chunkName(index)}/${file}`;
  }
}

function keyOf(address: Address): string {
  return (address as S3Address).key;
}

async function forEach<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const takeOn = async () => {
    for (const item of rest) await action(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeOn));
}
