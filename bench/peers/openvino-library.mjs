// onnxruntime with OpenVINO inside, out of a Python wheel, made once in .cache: no Python is needed to use it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The last release of that package. The plugin for newer onnxruntimes, `onnxruntime-ep-openvino`, offers its devices on
 * Intel's processors only.
 */
const RELEASE = "1.24.1";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(here, `../../.cache/onnxruntime-openvino-${RELEASE}`);
const library = path.join(folder, "onnxruntime/capi", `libonnxruntime.so.${RELEASE}`);

/** @returns `library`: the path of libonnxruntime with OpenVINO's provider beside it, and its `release` */
export function openVinoLibrary() {
  if (existsSync(library)) return { library, release: RELEASE };
  process.stderr.write("fetching onnxruntime with OpenVINO (.cache, 250 MB) ...\n");
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--only-binary", ":all:"];
  execFileSync("python3", [...pip, "--target", unfinished, `onnxruntime-openvino==${RELEASE}`]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return { library, release: RELEASE };
}
