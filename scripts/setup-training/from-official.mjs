import { cp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { causeIn, SetupError } from "./failure.mjs";
import { bringIntoPlace, removeLeftovers, requireSpace, workFolder } from "./place.mjs";
import { runTool, say, tellingLines, withProgress } from "./run-tool.mjs";

/** Its download has no time limit of its own. */
const LIMIT_MS = 10 * 60 * 1000;
/** Archive and unpacked library. */
const NEEDED_BYTES = 900e6;

/**
 * Sets the package up with its own install script. It runs in a copy beside the package: the script rewrites
 * package.json for a while and removes deps/ before it knows whether it can bring another.
 */
export async function installFromOfficial({ packageDir, signal }) {
  await removeLeftovers(packageDir);
  await requireSpace(path.dirname(packageDir), NEEDED_BYTES);
  const work = workFolder(packageDir, "official");
  try {
    const isOurs = (source) => !["deps", "lib"].includes(path.relative(packageDir, source));
    await cp(packageDir, work, { recursive: true, filter: isOurs });
    await runInstallScript(work, path.dirname(findTool(packageDir)), signal);
    await bringIntoPlace(work, packageDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The script calls node-pre-gyp by its bare name, as npm's own PATH would find it. */
function findTool(packageDir) {
  const manifest = createRequire(path.join(packageDir, "package.json")).resolve(
    "@mapbox/node-pre-gyp/package.json",
  );
  return path.resolve(path.dirname(manifest), "..", "..", ".bin", "node-pre-gyp");
}

async function runInstallScript(folder, binDir, signal) {
  say("running the install script of @tensorflow/tfjs-node (download of about 200 MB)");
  const options = {
    cwd: folder,
    env: { PATH: `${binDir}${path.delimiter}${process.env.PATH}` },
    signal,
    limitMs: LIMIT_MS,
  };
  const script = path.join(folder, "scripts", "install.js");
  const run = () => runTool(process.execPath, [script], options);
  const { status, output } = await withProgress((seconds) => `install script running, ${seconds} s`, run);
  if (status === 0) return;
  throw (
    causeIn(output, "downloading from the package's own storage") ??
    new SetupError(`the install script failed:\n    ${tellingLines(output)}`, "try `--from registry`.")
  );
}
