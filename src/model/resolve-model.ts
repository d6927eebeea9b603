import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MavsegError } from "../errors.js";

/** The models that ship with the package: `<package>/models`, two levels above this file in src/ and in dist/. */
const MODELS_DIR = fileURLToPath(new URL("../../models/", import.meta.url));

const MODEL_FILE = "model.onnx";

/**
 * Finds a model's file.
 * @param spec the path of an .onnx file, a folder with model.onnx, or the name of a folder in the package's models/;
 *   paths are tried first
 * @returns an absolute path
 * @throws MavsegError `MODEL_NOT_FOUND`
 */
export async function resolveModelPath(spec: string): Promise<string> {
  const isName = path.basename(spec) === spec && !spec.startsWith(".");
  const candidates = [
    spec,
    path.join(spec, MODEL_FILE),
    ...(isName ? [path.join(MODELS_DIR, spec, MODEL_FILE)] : []),
  ];
  for (const candidate of candidates) {
    const file = path.resolve(candidate);
    if (path.extname(file) === ".onnx" && (await isFile(file))) return file;
  }
  throw new MavsegError("MODEL_NOT_FOUND", {
    expected: `an .onnx file, a folder with ${MODEL_FILE}${isName ? `, or one of the names ${await shippedNames()}` : ""}`,
    actual: spec,
  });
}

async function isFile(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ?? false;
}

async function shippedNames(): Promise<string> {
  const entries = await readdir(MODELS_DIR, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.length === 0 ? "(none)" : names.sort().join(", ");
}
