import { readFileSync } from "node:fs";
import { z } from "zod";
import { readText } from "./system-files.js";

const distributionSchema = z.object({
  /** As in `/etc/os-release`: `debian`, `ubuntu`. */
  id: z.string(),
  /** `Debian GNU/Linux 12 (bookworm)` */
  name: z.string(),
  /** What it descends from, for the package tool that it uses. */
  like: z.array(z.string()),
});

export const versionsSchema = z.object({
  mavseg: z.string(),
  node: z.string(),
  /** Null on a system without glibc. */
  glibc: z.string().nullable(),
  kernel: z.string().nullable(),
  distribution: distributionSchema.nullable(),
  /** NVIDIA's Linux for Jetson, such as `36.4.3`; null elsewhere. */
  l4t: z.string().nullable(),
});
export type Versions = z.infer<typeof versionsSchema>;

/** Says what software runs here. @param root where `/etc` and `/proc` lie */
export function readVersions(root = "/"): Versions {
  return {
    mavseg: packageVersion(),
    node: process.versions.node,
    glibc: readGlibc(),
    kernel: readText(root, "proc/sys/kernel/osrelease"),
    distribution: readDistribution(root),
    l4t: readL4t(root),
  };
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function readGlibc(): string | null {
  // The report would look up the names of all network peers, which takes seconds without a name server.
  if (process.report !== undefined) Object.assign(process.report, { excludeNetwork: true });
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime ?? null;
}

function readDistribution(root: string): Versions["distribution"] {
  const text = readText(root, "etc/os-release");
  if (text === null) return null;
  const value = (key: string) => new RegExp(`^${key}=["']?(.*?)["']?$`, "m").exec(text)?.[1];
  const id = value("ID") ?? "linux";
  const like = (value("ID_LIKE") ?? "").split(" ").filter(Boolean);
  return { id, name: value("PRETTY_NAME") ?? id, like };
}

/** `# R36 (release), REVISION: 4.3, GCID: ...` */
function readL4t(root: string): string | null {
  const match = /R(\d+) \(release\), REVISION: ([\d.]+)/.exec(readText(root, "etc/nv_tegra_release") ?? "");
  return match === null ? null : `${match[1]}.${match[2]}`;
}
