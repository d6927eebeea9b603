import { readFile } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../errors.js";
import { type Address, parseAddress } from "./address.js";

/** A recording that a manifest names. */
export interface ManifestEntry {
  readonly address: Address;
  /** Of its folder in the output. */
  readonly name: string;
}

/** No slash, and no dots alone: it is a folder's name. */
const NAME = /^(?!\.{1,2}$)[^/\\\0]+$/;

/**
 * Reads which recordings a batch has: one path or s3:// address per line, and after a tab the name of its folder in the
 * output where that is not the file's own. Empty lines and lines that begin with # are left out.
 * @param file relative paths in it begin at its folder
 * @throws MavsegError `INPUT_UNREADABLE`, `USAGE`
 */
export async function readManifest(file: string): Promise<ManifestEntry[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const actual = (cause as Error).message;
    throw new MavsegError("INPUT_UNREADABLE", { expected: `a list of recordings in ${file}`, actual, cause });
  }
  return parseManifest(text, path.dirname(path.resolve(file)));
}

/**
 * @param base folder of relative paths
 * @throws MavsegError `USAGE`
 */
export function parseManifest(text: string, base: string): ManifestEntry[] {
  const entries: ManifestEntry[] = [];
  const lines = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [place = "", given] = line.split("\t").map((part) => part.trim());
    const address = parseAddress(place, base);
    const name = given ?? ownName(address);
    if (!NAME.test(name)) {
      throw new MavsegError("USAGE", {
        expected: `a folder's name in line ${index + 1}`,
        actual: JSON.stringify(name),
      });
    }
    const earlier = lines.get(name);
    if (earlier !== undefined) {
      throw new MavsegError("USAGE", {
        expected: "a different name for each recording",
        actual: `${name} in lines ${earlier} and ${index + 1}`,
        hint: "Give one of them another name: after its path, behind a tab.",
      });
    }
    lines.set(name, index + 1);
    entries.push({ address, name });
  }
  if (entries.length === 0)
    throw new MavsegError("USAGE", { expected: "a manifest with recordings", actual: "none" });
  return entries;
}

function ownName(address: Address): string {
  const full = address.kind === "path" ? address.path : address.key;
  return path.parse(full.replace(/\/+$/, "")).name;
}
