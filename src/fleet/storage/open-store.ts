import type { Address } from "../address.js";
import type { ResultStore } from "./result-store.js";
import { S3Store } from "./s3-store.js";
import { SharedStore } from "./shared-store.js";

/**
 * @param key of the task: what others left in the same place is not touched
 * @param scratch folder on a local disk, for what is on its way to or from a bucket
 */
export function openStore(out: Address, key: string, scratch: string): ResultStore {
  return out.kind === "path" ? new SharedStore(out.path, key) : new S3Store(out, key, scratch);
}
