import path from "node:path";
import { fileURLToPath } from "node:url";
import { CACHE } from "./cache-folder.mjs";
import { findHeaders } from "./node-api.mjs";
import { withProgress } from "./progress.mjs";
import { runToEnd } from "./tool.mjs";

/** zig's names of the processors. */
const ZIG_ARCH = { x64: "x86_64", arm64: "aarch64" };
/** The floor; check-addon.mjs has the reason. */
const GLIBC = "2.28";
const HERE = path.dirname(fileURLToPath(import.meta.url));

/**
 * Compiles and links the addon for one processor, stripped, with the C++ library inside.
 * @param target as `readGypTarget` gives it
 */
export async function compileAddon({ zig, root, target, arch, output, signal }) {
  const sources = target.sources.map((source) => path.join(root, source));
  const args = ["c++", "-target", `${ZIG_ARCH[arch]}-linux-gnu.${GLIBC}`, "-shared", "-fPIC", "-s"];
  for (const define of [...target.defines, `NODE_GYP_MODULE_NAME=${target.name}`, "BUILDING_NODE_EXTENSION"])
    args.push(`-D${define}`);
  for (const folder of [findHeaders(), ...target.includes]) args.push("-I", folder);
  args.push(...target.flags, ...sources);
  const cache = path.join(CACHE, "zig-objects");
  const env = { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const options = { what: `compiling for linux-${arch}`, remedy: "mend what zig names.", env, signal };
  await withProgress(`compiling for linux-${arch}`, async () => {
    if (arch === "x64") args.push(await compileCpuModel(zig, output, options));
    args.push(`-Wl,--version-script=${path.join(HERE, "exports.map")}`, ...target.libraries, "-o", output);
    await runToEnd(zig, args, options);
  });
}

/** A file of C cannot go through the call for C++, whose flags name that language's standard. */
async function compileCpuModel(zig, output, options) {
  const object = `${output}.cpu_model.o`;
  const target = ["-target", `${ZIG_ARCH.x64}-linux-gnu.${GLIBC}`];
  const source = path.join(HERE, "cpu_model.c");
  await runToEnd(zig, ["cc", ...target, "-c", "-fPIC", "-O2", source, "-o", object], options);
  return object;
}
