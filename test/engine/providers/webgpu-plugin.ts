import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The release whose plugin the tests run; it goes with onnxruntime 1.24.4 and newer. */
const WHEEL = "onnxruntime-ep-webgpu==0.4.0";

const folder = path.resolve(import.meta.dirname, "../../../.cache/onnxruntime-ep-webgpu-0.4.0");
const plugin = path.join(folder, "onnxruntime_ep_webgpu/libonnxruntime_providers_webgpu.so");

/**
 * Gets the WebGPU plugin out of its Python wheel, once.
 * @returns its path
 * @throws Error where pip cannot get it
 */
export async function fetchWebgpuPlugin(): Promise<string> {
  if (existsSync(plugin)) return plugin;
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    const pip = [
      "-m",
      "pip",
      "download",
      "--quiet",
      "--no-deps",
      "--only-binary",
      ":all:",
      "--dest",
      partial,
    ];
    await run("python3", [...pip, WHEEL]);
    const [wheel] = await readdir(partial);
    await run("python3", ["-m", "zipfile", "-e", path.join(partial, wheel!), partial]);
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return plugin;
}
