import type { Elf } from "./elf.mjs";

export const NEWEST_VERSIONS: Readonly<Record<"GLIBC" | "GLIBCXX" | "CXXABI" | "GCC", string>>;
export function faultsOf(elf: Elf, arch: "x64" | "arm64", nodeApi: ReadonlySet<string>): string[];
export function compareVersions(a: string, b: string): number;
