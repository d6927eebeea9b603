import { readFileSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../setup-training/failure.mjs";
import { runToEnd } from "./tool.mjs";

/** A gyp file is a Python literal, with comments and either kind of quotes. */
const TO_JSON = "import ast, json, sys; print(json.dumps(ast.literal_eval(open(sys.argv[1]).read())))";
const PYTHON = process.env.PYTHON || "python3";
/** What is understood here. The lists with `!` take away defaults of node-gyp, which are not there with zig. */
const KEYS = [
  "target_name",
  "sources",
  "include_dirs",
  "defines",
  "cflags_cc",
  "libraries",
  "cflags!",
  "cflags_cc!",
];

/**
 * Reads name, sources and flags of the addon from binding.gyp, so that prebuilt addons are what a build on the spot is.
 * @param root the package's folder
 */
export async function readGypTarget(root, signal) {
  const file = path.join(root, "binding.gyp");
  const remedy = "install Python 3: `sudo apt-get install python3`.";
  const json = await runToEnd(PYTHON, ["-c", TO_JSON, file], { what: `reading ${file}`, remedy, signal });
  const [target] = JSON.parse(json).targets;
  const unknown = Object.keys(target).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) {
    throw new SetupError(
      `${file} has ${unknown.join(", ")}, expected nothing but ${KEYS.join(", ")}`,
      "teach scripts/prebuild/gyp-target.mjs and compile.mjs what it means.",
    );
  }
  const { target_name: name, sources, defines, cflags_cc: flags, libraries } = target;
  return {
    name,
    sources,
    defines,
    flags,
    libraries,
    includes: target.include_dirs.map((dir) => expand(root, dir)),
  };
}

/** The one expression in use: node-addon-api's folder, as that package says it. */
function expand(root, dir) {
  if (!dir.startsWith("<!")) return path.join(root, dir);
  if (!dir.includes("node-addon-api"))
    throw new SetupError(`the include folder ${dir} of binding.gyp is not understood`);
  const folder = path.join(root, "node_modules", "node-addon-api");
  readFileSync(path.join(folder, "napi.h"));
  return folder;
}

/** The Node-API version that the sources are compiled for. */
export function nodeApiVersion({ defines }) {
  const define = defines.find((entry) => entry.startsWith("NAPI_VERSION="));
  if (define === undefined) throw new SetupError("binding.gyp defines no NAPI_VERSION");
  return Number(define.split("=")[1]);
}
