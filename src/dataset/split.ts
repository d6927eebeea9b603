import { readdir } from "node:fs/promises";
import path from "node:path";
import { MavsegError } from "../errors.js";
import type { Dataset } from "./dataset.js";

/** A picture and its label, of the same base name. */
export interface LabelledFrame {
  readonly name: string;
  readonly imagePath: string;
  readonly labelPath: string;
}

const IMAGE_EXTENSIONS = new Set([".jpg", ".jpeg", ".png"]);

/** Most faults named in one error; more would scroll the first ones away. */
const MAX_FAULTS_NAMED = 10;

/**
 * The labelled frames of one split, by name in natural order.
 * @throws MavsegError `DATASET_EMPTY` without any, `DATASET_INVALID` where an image lacks its label or the other way round
 */
export async function listSplit(dataset: Dataset, split: string): Promise<LabelledFrame[]> {
  const images = await filesByName(path.join(dataset.dir, split, "images"), IMAGE_EXTENSIONS);
  const labels = await filesByName(path.join(dataset.dir, split, "labels"), new Set([".png"]));
  if (images.size === 0 && labels.size === 0) {
    throw new MavsegError("DATASET_EMPTY", {
      expected: `labelled frames in ${path.join(dataset.dir, split)}`,
      actual: "none",
    });
  }
  const faults = [
    ...[...images].filter(([name]) => !labels.has(name)).map(([, file]) => `${file} has no label`),
    ...[...labels].filter(([name]) => !images.has(name)).map(([, file]) => `${file} has no image`),
  ];
  throwFaults(faults);
  const collator = new Intl.Collator("en", { numeric: true });
  return [...images]
    .map(([name, imagePath]) => ({ name, imagePath, labelPath: labels.get(name)! }))
    .sort((a, b) => collator.compare(a.name, b.name));
}

/** @throws MavsegError `DATASET_INVALID` naming the first faults, when there are any */
export function throwFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const named = faults.slice(0, MAX_FAULTS_NAMED).join("; ");
  const more = faults.length > MAX_FAULTS_NAMED ? `; and ${faults.length - MAX_FAULTS_NAMED} more` : "";
  throw new MavsegError("DATASET_INVALID", {
    expected: "every image to be readable and to have a label of its size with ids from dataset.json",
    actual: `${faults.length} fault(s): ${named}${more}`,
  });
}

async function filesByName(dir: string, extensions: ReadonlySet<string>): Promise<Map<string, string>> {
  let entries: string[];
  try {
    entries = await readdir(dir);
  } catch (cause) {
    throw new MavsegError("DATASET_EMPTY", {
      expected: `the folder ${dir}`,
      actual: (cause as Error).message,
      cause,
    });
  }
  const files = new Map<string, string>();
  for (const entry of entries) {
    const { name, ext } = path.parse(entry);
    if (!extensions.has(ext.toLowerCase())) continue;
    const other = files.get(name);
    if (other !== undefined) throwFaults([`${path.join(dir, entry)} and ${other} have the same name`]);
    files.set(name, path.join(dir, entry));
  }
  return files;
}
