import { statSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { findLibrary, type LibrarySearch } from "./find-library.js";
import { listNames, readText } from "./system-files.js";

/** Where the loader looks for manifests of drivers, first to last. */
const MANIFEST_FOLDERS = [
  "/etc/xdg/vulkan/icd.d",
  "/usr/local/etc/vulkan/icd.d",
  "/etc/vulkan/icd.d",
  "/usr/local/share/vulkan/icd.d",
  "/usr/share/vulkan/icd.d",
];
/** Mesa's lavapipe and Google's SwiftShader compute on the processor. */
const SOFTWARE = /lvp|lavapipe|swiftshader|swrast/i;

const driverSchema = z.object({
  /** The driver's manifest, a JSON file. */
  manifest: z.string(),
  /** The library that the manifest names, where it is; null where it is missing or the manifest is no such file. */
  library: z.string().nullable(),
  isSoftware: z.boolean(),
});

export const vulkanSchema = z.object({
  /** libvulkan.so.1, that programs load; null where it is missing. */
  loader: z.string().nullable(),
  drivers: z.array(driverSchema),
  /** The environment variable that takes the place of the usual folders; null where none is set. */
  overriddenBy: z.enum(["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]).nullable(),
});
export type Vulkan = z.infer<typeof vulkanSchema>;

/** Says what Vulkan finds here, without loading any of it. */
export function readVulkan(search: LibrarySearch = {}): Vulkan {
  const { root = "/", env = process.env } = search;
  const overriddenBy = (["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] as const).find((name) => env[name]) ?? null;
  const manifests =
    overriddenBy === null
      ? MANIFEST_FOLDERS.flatMap((folder) => manifestsIn(root, folder))
      : env[overriddenBy]!.split(":")
          .filter(Boolean)
          .flatMap((place) => manifestsAt(root, place));
  const loader = findLibrary(/^libvulkan\.so\.1$/, search);
  return {
    loader: loader?.isOnLoaderPath === true ? loader.file : null,
    drivers: manifests.map((manifest) => readDriver(manifest, { ...search, root })),
    overriddenBy,
  };
}

function manifestsIn(root: string, folder: string): string[] {
  return listNames(root, folder, /\.json$/).map((name) => path.join(folder, name));
}

/** The variables name files, and folders of them. */
function manifestsAt(root: string, place: string): string[] {
  const isFolder = statSync(path.join(root, place), { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? manifestsIn(root, place) : [place];
}

function readDriver(
  manifest: string,
  search: LibrarySearch & { readonly root: string },
): z.infer<typeof driverSchema> {
  const named = libraryNamed(readText(search.root, manifest));
  return {
    manifest,
    library: named === null ? null : locate(named, manifest, search),
    isSoftware: SOFTWARE.test(named ?? path.basename(manifest)),
  };
}

function libraryNamed(text: string | null): string | null {
  try {
    const manifest = JSON.parse(text ?? "null") as { ICD?: { library_path?: unknown } } | null;
    const named = manifest?.ICD?.library_path;
    return typeof named === "string" ? named : null;
  } catch {
    return null;
  }
}

/** A bare name is searched by the loader; one with a slash is a path, seen from the manifest's folder. */
function locate(
  named: string,
  manifest: string,
  search: LibrarySearch & { readonly root: string },
): string | null {
  if (!named.includes("/")) return findLibrary(exactly(named), search)?.file ?? null;
  const file = path.resolve(path.dirname(manifest), named);
  return statSync(path.join(search.root, file), { throwIfNoEntry: false }) === undefined ? null : file;
}

function exactly(name: string): RegExp {
  return new RegExp(`^${name.replace(/[.+*?^$(){}|[\]\\]/g, "\\$&")}$`);
}
