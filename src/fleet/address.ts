import path from "node:path";
import { MavsegError } from "../errors.js";

/** Where something lies: on a disk that all machines of the fleet see under the same path, or in a bucket. */
export type Address =
  | { readonly kind: "path"; readonly path: string }
  /** `key` without a slash at its beginning; with one at its end it is a folder. */
  | { readonly kind: "s3"; readonly bucket: string; readonly key: string };

const S3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * @param base folder of relative paths
 * @throws MavsegError `USAGE` for s3:// without a usable bucket, and for other protocols
 */
export function parseAddress(text: string, base = process.cwd()): Address {
  if (text.startsWith("s3://")) {
    const match = S3.exec(text);
    if (match?.[1] === undefined)
      throw new MavsegError("USAGE", { expected: "s3://bucket/key", actual: text });
    return { kind: "s3", bucket: match[1], key: match[2] ?? "" };
  }
  const protocol = /^([a-z][a-z0-9+.-]*):\/\//.exec(text)?.[1];
  if (protocol !== undefined) {
    throw new MavsegError("USAGE", { expected: "a path or s3://bucket/key", actual: `${protocol}://...` });
  }
  return { kind: "path", path: path.resolve(base, text) };
}

export function formatAddress(address: Address): string {
  return address.kind === "path" ? address.path : `s3://${address.bucket}/${address.key}`;
}

/** Something in a folder. */
export function within(address: Address, name: string): Address {
  if (address.kind === "path") return { kind: "path", path: path.join(address.path, name) };
  const folder = address.key.replace(/\/*$/, "");
  return { ...address, key: folder === "" ? name : `${folder}/${name}` };
}
