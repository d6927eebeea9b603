import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { MavsegError } from "../../errors.js";

/**
 * Finds onnxruntime's library, which lies in the package onnxruntime-node.
 * @param given the path of another one, such as a build with CUDA and TensorRT inside
 * @throws MavsegError `ORT_LIBRARY_UNUSABLE` with the path
 */
export function findOrtLibrary(given?: string): string {
  const file = given === undefined ? packagedLibrary() : path.resolve(given);
  if (!existsSync(file)) {
    throw new MavsegError("ORT_LIBRARY_UNUSABLE", {
      expected: `a library at ${file}`,
      actual: "no such file",
    });
  }
  return file;
}

function packagedLibrary(): string {
  const require = createRequire(import.meta.url);
  // The package's entry is dist/index.js: its manifest cannot be asked for by name.
  const root = path.resolve(path.dirname(require.resolve("onnxruntime-node")), "..");
  return path.join(root, "bin", "napi-v6", process.platform, process.arch, "libonnxruntime.so.1");
}
