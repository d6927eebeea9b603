// Run by npm where it runs install scripts: a prebuilt addon that loads is enough, else the native engine is compiled on
// the spot. Never fails: without an addon the reference engine runs everything too, and the line that is printed says so.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

function loads() {
  try {
    require("node-gyp-build")(root);
    return true;
  } catch {
    return false;
  }
}

/** npm's own node-gyp, which it names to install scripts, found as if it were installed beside us. */
function withNodeGyp(env) {
  const { npm_config_node_gyp: nodeGyp } = env;
  return nodeGyp === undefined ? env : { ...env, NODE_PATH: path.resolve(nodeGyp, "../../..") };
}

if (!loads()) {
  const build = path.join(root, "scripts/build-native.mjs");
  spawnSync(process.execPath, [build, "--optional"], { stdio: "inherit", env: withNodeGyp(process.env) });
}
