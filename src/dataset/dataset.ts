import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { type ClassInfo, defaultColor, IGNORE_INDEX } from "../core/classes.js";
import { MavsegError } from "../errors.js";

const datasetSchema = z.object({
  name: z.string().min(1),
  ignore: z.int().min(0).max(255).default(IGNORE_INDEX),
  classes: z
    .array(
      z.object({
        id: z.int().min(0).max(254),
        name: z.string().min(1).max(100),
        color: z
          .string()
          .regex(/^#[0-9a-f]{6}$/i, "a colour like #1f3f8f")
          .optional(),
      }),
    )
    .min(2),
});

/** A folder of labelled frames: dataset.json beside `<split>/images` and `<split>/labels`. */
export interface Dataset {
  readonly dir: string;
  readonly name: string;
  /** In order of their ids, which are 0..n-1. */
  readonly classes: readonly ClassInfo[];
  /** The label value of pixels that count neither way. */
  readonly ignoreIndex: number;
  /** dataset.json as it was read, for a hash of what a net was trained on. */
  readonly source: string;
}

/**
 * Opens a data set by its dataset.json.
 * @throws MavsegError `INPUT_UNREADABLE` without dataset.json, `DATASET_INVALID` with wrong keys
 */
export async function openDataset(dir: string): Promise<Dataset> {
  const file = path.join(dir, "dataset.json");
  let source: string;
  try {
    source = await readFile(file, "utf8");
  } catch (cause) {
    throw new MavsegError("INPUT_UNREADABLE", {
      expected: `a data set with ${file}`,
      actual: (cause as Error).message,
      cause,
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (cause) {
    throw new MavsegError("DATASET_INVALID", {
      expected: `JSON in ${file}`,
      actual: (cause as Error).message,
      cause,
    });
  }
  const parsed = datasetSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new MavsegError("DATASET_INVALID", {
      expected: `name, classes [{id, name, color}] and ignore in ${file}`,
      actual: `${issue.path.join(".") || "(top level)"}: ${issue.message}`,
    });
  }
  const classes = [...parsed.data.classes].sort((a, b) => a.id - b.id);
  if (classes.some((entry, index) => entry.id !== index)) {
    throw new MavsegError("DATASET_INVALID", {
      expected: `class ids 0, 1, 2, ... without gaps in ${file}`,
      actual: classes.map((entry) => entry.id).join(", "),
    });
  }
  const twice = classes.find((entry, index) => classes.findIndex(({ name }) => name === entry.name) < index);
  if (twice !== undefined) {
    throw new MavsegError("DATASET_INVALID", {
      expected: `a name of its own for every class in ${file}`,
      actual: `${twice.name} twice`,
    });
  }
  if (parsed.data.ignore < classes.length) {
    throw new MavsegError("DATASET_INVALID", {
      expected: `an ignore value that is no class in ${file}`,
      actual: `${parsed.data.ignore}, the id of ${classes[parsed.data.ignore]!.name}`,
    });
  }
  return {
    dir,
    name: parsed.data.name,
    classes: classes.map(({ id, name, color }) => ({ id, name, color: color ?? defaultColor(id) })),
    ignoreIndex: parsed.data.ignore,
    source,
  };
}
