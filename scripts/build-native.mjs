// Builds the native engine's addon, build/Release/mavseg.node, with node-gyp. Nothing is done where it is built already
// from the same sources for the same Node. Without a compiler it says so and exits with 1; called by build.mjs with
// `--optional` it exits with 0, for the reference engine runs everything too.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const addon = path.join(root, "build/Release/mavseg.node");
const stamp = path.join(root, "build/Release/mavseg.sources");
const isOptional = process.argv.includes("--optional");
const require = createRequire(import.meta.url);

function sourceHash() {
  const files = readdirSync(path.join(root, "native"), { recursive: true })
    .filter((file) => /\.(cc|h)$/.test(file))
    .sort()
    .map((file) => path.join("native", file));
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  for (const file of ["binding.gyp", ...files]) hash.update(file).update(readFileSync(path.join(root, file)));
  return hash.digest("hex");
}

/** The headers of this very Node where they lie beside it: node-gyp would download them otherwise. */
function headerOptions() {
  const prefix = path.resolve(path.dirname(process.execPath), "..");
  const folder = [prefix, "/usr"].find((candidate) => {
    const header = path.join(candidate, "include/node/node_version.h");
    const major = `#define NODE_MAJOR_VERSION ${process.versions.node.split(".")[0]}`;
    return existsSync(header) && readFileSync(header, "utf8").split("\n").includes(major);
  });
  return folder === undefined ? [] : [`--nodedir=${folder}`];
}

function missingTool() {
  try {
    require.resolve("node-gyp/package.json");
  } catch {
    return "node-gyp";
  }
  const tools = [process.env.CXX ?? "c++", "make", process.env.PYTHON ?? "python3"];
  return tools.find((tool) => spawnSync(tool, ["--version"]).status !== 0);
}

function nodeGyp() {
  const args = ["rebuild", "--directory", root, ...headerOptions()];
  const built = spawnSync(process.execPath, [require.resolve("node-gyp/bin/node-gyp.js"), ...args], {
    encoding: "utf8",
    cwd: root,
  });
  return built.status === 0 ? undefined : `${built.stdout}\n${built.stderr}`;
}

function giveUp(reason) {
  process.stderr.write(
    `The native engine was not built: ${reason}\nThe reference engine will be used; it is several times slower.\n`,
  );
  process.exit(isOptional ? 0 : 1);
}

const hash = sourceHash();
if (existsSync(addon) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) process.exit(0);
const missing = missingTool();
if (missing !== undefined)
  giveUp(`${missing} is not installed (a C++17 compiler, make, Python 3 and node-gyp are needed).`);
process.stderr.write("building the native engine (about 20 s)\n");
const failure = nodeGyp();
if (failure !== undefined) {
  // A half-built or outdated addon must not be loaded in place of the one that did not compile.
  rmSync(path.join(root, "build"), { recursive: true, force: true });
  giveUp(`the compiler failed.\n${failure}`);
}
mkdirSync(path.dirname(stamp), { recursive: true });
writeFileSync(stamp, hash);
