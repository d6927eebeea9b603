import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { listNames, readText } from "./system-files.js";

/** ELF's number of the processor, at this offset of every file. */
const MACHINE_OFFSET = 18;
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
/** Where Debian and its kin keep the libraries of one processor. */
const TRIPLETS: Readonly<Record<string, string>> = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };
/** Folders of GPU libraries that the loader searches only where it was told to. */
const ASIDE = [
  "/usr/local/cuda/lib64",
  "/usr/local/cuda/compat",
  "/usr/local/tensorrt/lib",
  "/opt/nvidia/lib",
];

export interface FoundLibrary {
  readonly file: string;
  /** Whether the loader finds it by its name, as a program asks for it. */
  readonly isOnLoaderPath: boolean;
}

export interface LibrarySearch {
  /** Where `/etc`, `/lib` and `/usr` lie. */
  readonly root?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly architecture?: string | undefined;
}

/**
 * Looks for a shared library for this processor as the loader does, without loading it: in LD_LIBRARY_PATH, in the
 * folders of /etc/ld.so.conf and in the system's own; then in folders where GPU libraries lie aside.
 * @param pattern what the whole name must match: `/^libnvinfer\.so\.\d+$/`
 * @returns the first one; null where there is none
 */
export function findLibrary(pattern: RegExp, search: LibrarySearch = {}): FoundLibrary | null {
  const { root = "/", env = process.env, architecture = process.arch } = search;
  const folders = loaderFolders(root, env, architecture);
  for (const folder of [...folders, ...ASIDE]) {
    for (const name of listNames(root, folder, pattern).reverse()) {
      const file = path.join(folder, name);
      if (isForProcessor(path.join(root, file), architecture)) {
        return { file, isOnLoaderPath: folders.includes(folder) };
      }
    }
  }
  return null;
}

function loaderFolders(root: string, env: NodeJS.ProcessEnv, architecture: string): string[] {
  const triplet = TRIPLETS[architecture] ?? "";
  return [
    ...(env.LD_LIBRARY_PATH ?? "")
      .split(":")
      .filter(Boolean)
      .map((folder) => path.resolve(folder)),
    ...configuredFolders(root, "/etc/ld.so.conf"),
    ...[`/lib/${triplet}`, `/usr/lib/${triplet}`, "/lib64", "/usr/lib64", "/lib", "/usr/lib"],
  ];
}

/** One folder per line, `include` of other such files by a pattern, and comments. */
function configuredFolders(root: string, file: string): string[] {
  const lines = (readText(root, file) ?? "").split("\n").map((line) => line.replace(/#.*/, "").trim());
  return lines.filter(Boolean).flatMap((line) => {
    const included = /^include\s+(.+)$/.exec(line)?.[1];
    if (included === undefined) return [line];
    const folder = path.resolve(path.dirname(file), path.dirname(included));
    const ending = path.basename(included).replace(/^\*/, "");
    return listNames(root, folder)
      .filter((name) => name.endsWith(ending))
      .flatMap((name) => configuredFolders(root, path.join(folder, name)));
  });
}

function isForProcessor(file: string, architecture: string): boolean {
  const header = Buffer.alloc(MACHINE_OFFSET + 2);
  try {
    const descriptor = openSync(file, "r");
    try {
      if (readSync(descriptor, header) < header.length) return false;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  const isElf = header.toString("latin1", 0, 4) === "\x7fELF";
  return isElf && header.readUInt16LE(MACHINE_OFFSET) === MACHINES[architecture];
}
