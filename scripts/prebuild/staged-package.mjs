import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runToEnd } from "./tool.mjs";

/**
 * Packs the package as `npm pack` does, unpacks it beside the checkout's dependencies and runs `work(folder)`. There is
 * no build/ in it, so the prebuilt addon is what loads. Removed at the end.
 */
export async function withStagedPackage(root, signal, work) {
  const stage = await mkdtemp(path.join(os.tmpdir(), "mavseg-package-"));
  try {
    const options = { remedy: "read the lines above.", signal };
    const pack = ["pack", "--silent", "--pack-destination", stage];
    const printed = await runToEnd("npm", pack, { ...options, cwd: root, what: "npm pack" });
    const filename = printed.split("\n").at(-1);
    await runToEnd("tar", ["-xzf", filename, "-C", stage], {
      ...options,
      cwd: stage,
      what: "unpacking the package",
    });
    const folder = path.join(stage, "package");
    await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    return await work(folder);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}
