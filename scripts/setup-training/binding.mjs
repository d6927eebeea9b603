import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { SetupError } from "./failure.mjs";
import { runTool, say, tellingLines, withProgress } from "./run-tool.mjs";

/** The Node-API level in the path under which tfjs-node 4.22 looks for its binding on Node 20 and later. */
const NODE_API_VERSION = 8;
const COMPILER = process.env.CXX || "g++";
const LIMIT_MS = 5 * 60 * 1000;
const GET_COMPILER =
  "install a C++ compiler: `sudo apt-get install g++` (Debian, Ubuntu), or name one with CXX.";

/** Throws a SetupError where the compiler or Node's headers are missing: better before the download than after it. */
export async function requireCompiler(signal) {
  nodeHeaders();
  await runTool(COMPILER, ["--version"], { signal, limitMs: LIMIT_MS, remedyIfMissing: GET_COMPILER });
}

/** Compiles the package's binding against the library in `depsDir` into `libDir`, as its own build would lay it out. */
export async function compileBinding(packageDir, depsDir, libDir, signal) {
  const target = path.join(libDir, `napi-v${NODE_API_VERSION}`, "tfjs_binding.node");
  await mkdir(path.dirname(target), { recursive: true });
  const args = ["-std=c++17", "-O2", "-fPIC", "-shared", `-DNAPI_VERSION=${NODE_API_VERSION}`];
  for (const folder of [nodeHeaders(), path.join(depsDir, "include"), packageDir]) args.push(`-I${folder}`);
  for (const source of ["tfjs_backend.cc", "tfjs_binding.cc"])
    args.push(path.join(packageDir, "binding", source));
  args.push(`-L${path.join(depsDir, "lib")}`, "-ltensorflow", "-ltensorflow_framework");
  // Where the library lies once both folders have their final names.
  args.push("-Wl,-rpath,$ORIGIN/../../deps/lib", "-o", target);
  say(`compiling the binding with ${COMPILER}`);
  const options = { signal, limitMs: LIMIT_MS, remedyIfMissing: GET_COMPILER };
  const compile = () => runTool(COMPILER, args, options);
  const { status, output } = await withProgress((seconds) => `compiling, ${seconds} s`, compile);
  if (status !== 0)
    throw new SetupError(
      `${COMPILER} could not compile the binding:\n    ${tellingLines(output, 8)}`,
      GET_COMPILER,
    );
}

/** Any Node's headers do: the binding uses the stable Node-API alone. */
function nodeHeaders() {
  const given = process.env.npm_config_nodedir;
  const folders = [
    ...(given ? [path.join(given, "include", "node")] : []),
    path.resolve(process.execPath, "..", "..", "include", "node"),
    "/usr/include/node",
    path.join(os.homedir(), ".cache", "node-gyp", process.versions.node, "include", "node"),
  ];
  const found = folders.find((folder) => existsSync(path.join(folder, "node_api.h")));
  if (found !== undefined) return found;
  throw new SetupError(
    `Node's C headers were not found; looked in ${folders.join(", ")}`,
    "install them with `npx node-gyp install`, or `sudo apt-get install libnode-dev`, or set npm_config_nodedir.",
  );
}
