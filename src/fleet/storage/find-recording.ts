import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../../errors.js";
import { findInputs, type Input } from "../../video/input/find-inputs.js";
import type { FileStamp } from "../../video/job/plan.js";
import { type Address, formatAddress } from "../address.js";
import { Bucket, type S3Address, type StoredObject } from "./s3-bucket.js";

const IMAGE_NAME = /\.(jpe?g|png)$/i;
const MCAP_NAME = /\.mcap$/i;

/** A recording that is there, though perhaps not at hand. */
export interface FoundRecording {
  readonly input: Input;
  /** Of its files, where they are not at hand. */
  readonly stamps: readonly FileStamp[] | undefined;
}

/**
 * Looks whether a recording is there.
 * @throws MavsegError `INPUT_UNREADABLE`, `S3_FAILED`
 */
export async function findRecording(address: Address, name: string): Promise<FoundRecording> {
  if (address.kind === "path") return { input: await inputAt(address.path, name), stamps: undefined };
  const objects = await findObjects(address);
  const files = objects.map(({ key }) => key);
  const [first] = files as [string];
  if (address.key.endsWith("/")) return { input: { kind: "images", name, files }, stamps: objects };
  return { input: { kind: MCAP_NAME.test(first) ? "mcap" : "video", name, files: [first] }, stamps: objects };
}

/** Recordings that a worker keeps on its own disk: chunks of one follow each other, those of two others may come between. */
const KEPT_RECORDINGS = 3;

/**
 * Brings a recording to where FFmpeg can read it.
 * @param scratch folder on a local disk
 * @param key names the recording's folder in it
 * @throws MavsegError `INPUT_UNREADABLE`, `S3_FAILED`
 */
export async function fetchRecording(
  address: Address,
  name: string,
  scratch: string,
  key: string,
): Promise<Input> {
  if (address.kind === "path") return inputAt(address.path, name);
  const inputs = path.join(scratch, "inputs");
  const folder = path.join(inputs, key);
  if (!existsSync(folder)) await makeRoom(inputs);
  const bucket = new Bucket(address.bucket);
  for (const { key: object } of await findObjects(address)) {
    const file = path.join(folder, path.posix.basename(object));
    if (!existsSync(file)) await bucket.download(object, file);
  }
  const isFolder = address.key.endsWith("/");
  return inputAt(isFolder ? folder : path.join(folder, path.posix.basename(address.key)), name);
}

async function inputAt(file: string, name: string): Promise<Input> {
  const [input] = await findInputs([file]);
  return { ...(input as Input), name };
}

/** The objects of a recording, images in the order in which a person counts them. */
async function findObjects(address: S3Address): Promise<StoredObject[]> {
  const bucket = new Bucket(address.bucket);
  const unreadable = () =>
    new MavsegError("INPUT_UNREADABLE", { expected: formatAddress(address), actual: "nothing there" });
  if (!address.key.endsWith("/")) {
    const object = await bucket.look(address.key);
    if (object === undefined) throw unreadable();
    return [object];
  }
  const images: StoredObject[] = [];
  for await (const object of bucket.list(address.key)) {
    const isInside = !object.key.slice(address.key.length).includes("/");
    if (isInside && IMAGE_NAME.test(object.key)) images.push(object);
  }
  if (images.length === 0) throw unreadable();
  const { compare } = new Intl.Collator("en", { numeric: true });
  return images.sort((a, b) => compare(a.key, b.key));
}

async function makeRoom(inputs: string): Promise<void> {
  const kept = await readdir(inputs).catch(() => [] as string[]);
  for (const old of kept.slice(0, Math.max(0, kept.length + 1 - KEPT_RECORDINGS))) {
    await rm(path.join(inputs, old), { recursive: true, force: true });
  }
}
