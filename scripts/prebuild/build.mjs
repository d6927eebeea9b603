import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { SetupError } from "../setup-training/failure.mjs";
import { faultsOf } from "./check-addon.mjs";
import { compileAddon } from "./compile.mjs";
import { readElf } from "./elf.mjs";
import { nodeApiVersion, readGypTarget } from "./gyp-target.mjs";
import { findHeaders, nodeApiFunctions } from "./node-api.mjs";
import { say } from "./progress.mjs";
import { fetchZig } from "./zig.mjs";

export const ARCHITECTURES = ["x64", "arm64"];

/** Where node-gyp-build looks for an addon of Node-API and glibc. */
export function prebuiltFile(root, arch) {
  return path.join(root, "prebuilds", `linux-${arch}`, "mavseg.napi.glibc.node");
}

/** Builds the addon for each architecture and checks it. A file takes the place of an older one only when it passed. */
export async function buildPrebuilds(root, architectures, signal) {
  const zig = await fetchZig(signal);
  const target = await readGypTarget(root, signal);
  for (const arch of architectures) await buildOne({ zig, root, target, arch, signal });
}

async function buildOne({ zig, root, target, arch, signal }) {
  const file = prebuiltFile(root, arch);
  const work = path.join(root, "prebuilds", `${arch}.${process.pid}.partial`);
  await mkdir(work, { recursive: true });
  try {
    const output = path.join(work, "addon.node");
    await compileAddon({ zig, root, target, arch, output, signal });
    await requireSound(output, arch, nodeApiVersion(target));
    await mkdir(path.dirname(file), { recursive: true });
    await rename(output, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  say(`${path.relative(root, file)}: ${Math.round((await stat(file)).size / 1000)} kB`);
}

/** Checks the prebuilt addons that are there. */
export async function checkPrebuilds(root, architectures, signal) {
  const version = nodeApiVersion(await readGypTarget(root, signal));
  for (const arch of architectures) {
    await requireSound(prebuiltFile(root, arch), arch, version);
    say(`${path.relative(root, prebuiltFile(root, arch))} is sound`);
  }
}

async function requireSound(file, arch, version) {
  const elf = readElf(await readFile(file));
  const faults = faultsOf(elf, arch, nodeApiFunctions(findHeaders(), version));
  if (faults.length === 0) return;
  throw new SetupError(
    `${file} would not load everywhere:\n    ${faults.join("\n    ")}`,
    "change the sources or the flags; docs/prebuilds.md says what is allowed.",
  );
}
