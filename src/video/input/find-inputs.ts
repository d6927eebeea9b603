import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../../errors.js";
import { listImages } from "../../transport/image-files.js";

/** One flight: a file, or images that are its pictures. */
export type Input =
  | { readonly kind: "images"; readonly name: string; readonly files: readonly string[] }
  | { readonly kind: "video" | "mcap"; readonly name: string; readonly files: readonly [string] };

const IMAGE_NAME = /\.(jpe?g|png)$/i;
/** A recording of `mavseg run` that was cut off ends in .part. */
const MCAP_NAME = /\.mcap(\.part)?$/i;
const naturalOrder = new Intl.Collator("en", { numeric: true }).compare;

/**
 * What stands behind `--input`: every folder is a flight of images, all images given by name or pattern are one flight
 * together, and every other file is a flight of its own.
 * @param patterns paths, or patterns with `*` and `?` in the last part of the path
 * @throws MavsegError `INPUT_UNREADABLE` where there is no such thing, `USAGE` where two have the same name
 */
export async function findInputs(patterns: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  const images: string[] = [];
  for (const pattern of patterns) {
    for (const found of await expand(pattern)) {
      if (await isFolder(found)) {
        inputs.push({
          kind: "images",
          name: path.basename(path.resolve(found)),
          files: await listImages(found),
        });
      } else if (IMAGE_NAME.test(found)) images.push(found);
      else {
        const kind = MCAP_NAME.test(found) ? "mcap" : "video";
        inputs.push({ kind, name: path.parse(found).name, files: [found] });
      }
    }
  }
  const [first] = images;
  if (first !== undefined) {
    const name = path.basename(path.dirname(path.resolve(first)));
    inputs.push({ kind: "images", name, files: images.sort(naturalOrder) });
  }
  checkNames(inputs);
  return inputs;
}

/** Each gets a folder of its name. */
function checkNames(inputs: readonly Input[]): void {
  const names = inputs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new MavsegError("USAGE", {
    expected: "--input with a different name each",
    actual: `${twice} more than once`,
  });
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch (cause) {
    const actual = (cause as Error).message;
    throw new MavsegError("INPUT_UNREADABLE", { expected: `a file or folder ${file}`, actual, cause });
  }
}

/** Shells expand patterns themselves; this is for those that are quoted, of too many files for a command line. */
async function expand(pattern: string): Promise<string[]> {
  const { dir, base } = path.parse(pattern);
  if (!/[*?]/.test(base)) return [pattern];
  const escaped = base.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
  const names = await readdir(dir === "" ? "." : dir).catch(() => [] as string[]);
  const matching = names.filter((name) => expression.test(name)).sort(naturalOrder);
  if (matching.length === 0) {
    throw new MavsegError("INPUT_UNREADABLE", { expected: `files that match ${pattern}`, actual: "none" });
  }
  return matching.map((name) => path.join(dir, name));
}
