import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The release of onnxruntime that lies in the package onnxruntime-node, without loading it. */
export function packagedOrtRelease(): string {
  const file = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
