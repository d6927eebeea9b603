import path from "node:path";
import { loadAddon, type OrtReport } from "./addon.js";
import { toMavsegError } from "./addon-error.js";
import { findOrtLibrary } from "./ort-library.js";

export interface OrtInquiryOptions {
  /** Paths of execution-provider plugins to ask as well; once asked, they stay loaded as long as the process. */
  readonly pluginLibraries?: readonly string[] | undefined;
  /**
   * Lets the WebGPU plugin list what is not on the PCI bus: software rendering, and the GPU of a Jetson. Left out, only
   * where the environment has ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER=1.
   */
  readonly allowSoftwareAdapter?: boolean | undefined;
}

/**
 * Asks a library of onnxruntime what it offers on this machine, without creating a session. Does not block the JS thread.
 * @param library path of libonnxruntime; left out, the one in the package onnxruntime-node
 * @throws MavsegError `ENGINE_UNAVAILABLE`, `ORT_LIBRARY_UNUSABLE`, `PROVIDER_LIBRARY_UNUSABLE`
 */
export async function inspectOrt(library?: string, options: OrtInquiryOptions = {}): Promise<OrtReport> {
  const { pluginLibraries = [], allowSoftwareAdapter = false } = options;
  const addon = loadAddon();
  const file = findOrtLibrary(library);
  const plugins = pluginLibraries.map((plugin) => path.resolve(plugin));
  try {
    return await addon.inspectOrt(file, plugins, allowSoftwareAdapter);
  } catch (cause) {
    throw toMavsegError(cause, {
      ORT_LIBRARY_UNUSABLE: `onnxruntime 1.22 or newer at ${file}`,
      PROVIDER_LIBRARY_UNUSABLE: "a plugin that this onnxruntime can load",
    });
  }
}
