import { access, constants, mkdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Cell } from "../benchmark/cell.js";
import { writeFileAtomic } from "../core/atomic-write.js";
import { openDataset } from "../dataset/dataset.js";
import { listSplit } from "../dataset/split.js";
import { MavsegError } from "../errors.js";
import { listImages } from "../transport/image-files.js";

// What the two halves of `mavseg bench` share: frame to mask in one process, and the stream between several.

export const list = <T extends z.ZodType>(entry: T) => z.array(entry).min(1);

export const modelOption = z
  .array(z.string().min(1), { error: "at least one model: a name, folder or .onnx file" })
  .min(1);

interface Files {
  readonly json: boolean | string;
  readonly html?: string | undefined;
  readonly images?: string | undefined;
  readonly accuracy?: string | undefined;
  readonly split?: string;
}

/** What would end an hour of measuring without a result is found out before it begins. */
export async function checkFiles({ json, html, images, accuracy, split = "val" }: Files): Promise<void> {
  if (accuracy !== undefined) await listSplit(await openDataset(accuracy), split);
  if (images !== undefined) await listImages(images);
  for (const file of [json, html]) if (typeof file === "string") await prepareFolder(file);
}

/** Writes a report where it was asked for, and prints it. A report without a single row is a failure. */
export async function giveReport<Report extends { readonly rows: readonly unknown[] }>(
  report: Report,
  { json, html }: Files,
  page: (report: Report) => string,
  table: (report: Report) => string,
): Promise<void> {
  const text = JSON.stringify(report);
  if (typeof json === "string") await writeFileAtomic(json, `${text}\n`);
  if (html !== undefined) await writeFileAtomic(html, page(report));
  process.stdout.write(json === true ? `${text}\n` : table(report));
  if (report.rows.length === 0) process.exitCode = 1;
}

async function prepareFolder(file: string): Promise<void> {
  const folder = path.dirname(path.resolve(file));
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const actual = (cause as Error).message;
    throw new MavsegError("OUTPUT_UNWRITABLE", { expected: `to write ${file}`, actual, cause });
  }
}

/** Models with what their files do not say: as many manifests as models, `-` for none. */
export function modelsOf({
  model,
  manifest,
}: {
  readonly model: readonly string[];
  readonly manifest?: readonly string[] | undefined;
}): Pick<Cell, "model" | "manifest">[] {
  if (manifest !== undefined && manifest.length !== model.length) {
    throw usage(`one --manifest per --model, - for none: ${model.length}`, String(manifest.length));
  }
  return model.map((name, index) => {
    const file = manifest?.[index] ?? "-";
    return { model: name, manifest: file === "-" ? null : file };
  });
}

/** `key=value` of `--ep-option`; undefined where there is none. */
export function pairs(list: readonly string[] = []): Record<string, string> | undefined {
  if (list.length === 0) return undefined;
  return Object.fromEntries(
    list.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw usage("--ep-option key=value", pair);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** `5%` or `0.05`. @param flag for the message */
export function parseShare(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  if (match === null) throw usage(`${flag} with a share such as 5%`, text);
  return Number(match[1]) / (match[2] === "%" ? 100 : 1);
}

export function usage(expected: string, actual: string): MavsegError {
  return new MavsegError("USAGE", { expected, actual });
}
