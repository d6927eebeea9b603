import { readFile } from "node:fs/promises";
import { MavsegError } from "../errors.js";
import { type ModelManifest, manifestSchema, parseManifest } from "./manifest.js";

/** A manifest of which any key may be missing. Arrays are whole or missing. */
export type PartialManifest = Partial<Omit<ModelManifest, "input" | "output">> & {
  readonly input?: Partial<ModelManifest["input"]>;
  readonly output?: Partial<ModelManifest["output"]>;
};

/**
 * Checks the keys that are there; missing ones are no fault.
 * @param from named in the error: a path
 * @throws MavsegError `MANIFEST_INVALID` with the wrong keys
 */
export function parsePartialManifest(value: unknown, from: string): PartialManifest {
  const wrong = issuesOf(value).filter((issue) => !issue.missing);
  if (wrong.length > 0) {
    throw new MavsegError("MANIFEST_INVALID", {
      expected: "the keys of docs/models.md",
      actual: `${from}: ${wrong.map(({ key, message }) => `${key || "(top level)"}: ${message}`).join("; ")}`,
    });
  }
  return value as PartialManifest;
}

/**
 * Reads the file of `--manifest`.
 * @throws MavsegError `INPUT_UNREADABLE`, `MANIFEST_INVALID`
 */
export async function readPartialManifest(file: string): Promise<PartialManifest> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new MavsegError("INPUT_UNREADABLE", {
      expected: `the manifest ${file}`,
      actual: (cause as Error).message,
      cause,
    });
  }
  return parsePartialManifest(parseJson(text, file), file);
}

/**
 * @param from named in the error
 * @throws MavsegError `MANIFEST_INVALID`
 */
export function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MavsegError("MANIFEST_INVALID", {
      expected: "JSON",
      actual: `${from}: ${(cause as Error).message}`,
      cause,
    });
  }
}

/** Lays `over` on `base`: objects are merged key by key, everything else is replaced. */
export function mergeManifests(base: PartialManifest, over: PartialManifest): PartialManifest {
  const merged: PartialManifest = { ...base, ...over };
  return {
    ...merged,
    ...(merged.input && { input: { ...base.input, ...over.input } }),
    ...(merged.output && { output: { ...base.output, ...over.output } }),
  };
}

/**
 * @param from named in the error: the model's path
 * @throws MavsegError `MANIFEST_INCOMPLETE` naming the missing keys, `MANIFEST_INVALID`
 */
export function completeManifest(partial: PartialManifest, from: string): ModelManifest {
  const missing = issuesOf(partial).filter((issue) => issue.missing);
  if (missing.length > 0) {
    throw new MavsegError("MANIFEST_INCOMPLETE", {
      expected: `the keys ${missing.map((issue) => issue.key).join(", ")}`,
      actual: `${from} without them`,
    });
  }
  return parseManifest(partial, from);
}

/** What the schema says against a value, with what is only absent told apart from what is wrong. */
function issuesOf(value: unknown): { key: string; message: string; missing: boolean }[] {
  const issues = manifestSchema.safeParse(value).error?.issues ?? [];
  return issues.flatMap((issue) => {
    const { path, message } = issue;
    const key = path.join(".");
    const missing = path.length > 0 && at(value, path) === undefined;
    // A whole missing section is reported by its keys: those are what has to be written.
    if (missing && (key === "input" || key === "output")) {
      return issuesOf({ ...(value as object), [key]: {} }).filter((inner) => inner.key.startsWith(`${key}.`));
    }
    return [{ key, message, missing }];
  });
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}
