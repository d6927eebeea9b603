// Makes the installed @tensorflow/tfjs-node work: brings the native TensorFlow library and the binding to it, which
// npm does not bring where install scripts are off or the package's own download is out of reach.
// docs/training-setup.md describes it for users, docs/decisions/0003-tensorflow-from-a-wheel.md says why.
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { checkTensorFlow } from "./setup-training/check.mjs";
import { SetupError } from "./setup-training/failure.mjs";
import { installFromOfficial } from "./setup-training/from-official.mjs";
import { installFromRegistry } from "./setup-training/from-registry.mjs";
import { withLock } from "./setup-training/lock.mjs";
import { say } from "./setup-training/run-tool.mjs";

const HELP = `Usage: npm run setup:training -- [--from registry|official]

Makes training work: gets TensorFlow's native library for the installed @tensorflow/tfjs-node.
Does nothing where it works already. The way that --from names is tried first, the other one if it fails.

  --from registry   the TensorFlow wheel of the Python package registry, by pip (default)
  --from official   the package's own install script, which downloads from Google's storage
  --package <dir>   the @tensorflow/tfjs-node to set up (default: the one installed here)
  --help

Environment: MAVSEG_CACHE (default ~/.cache/mavseg) keeps the download, CXX names the compiler (default g++),
PYTHON the Python (default python3), npm_config_nodedir the folder whose include/node holds Node's headers.

Examples:
  npm run setup:training
  npm run setup:training -- --from official
  PIP_INDEX_URL=https://mirror.example/simple npm run setup:training
`;

const WAYS = { registry: installFromRegistry, official: installFromOfficial };
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

async function main() {
  const options = readOptions();
  const packageDir = options.package ? path.resolve(options.package) : findPackage();
  const cacheDir = process.env.MAVSEG_CACHE || path.join(os.homedir(), ".cache", "mavseg");
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interruption.abort());

  if ((await checkTensorFlow(packageDir)).works) return done("TensorFlow works already, nothing to do.");
  await withLock(path.join(cacheDir, "setup-training.lock"), interruption.signal, async () => {
    // Another run may have done the work while this one waited for the lock.
    if ((await checkTensorFlow(packageDir)).works)
      return done("TensorFlow works now: another run has set it up.");
    await setUp(options.from, { packageDir, cacheDir, signal: interruption.signal });
  });
}

async function setUp(first, place) {
  const order = [first, ...Object.keys(WAYS).filter((way) => way !== first)];
  const failures = [];
  for (const way of order) {
    try {
      await WAYS[way](place);
      const { works, reason } = await checkTensorFlow(place.packageDir);
      if (works) return done(`TensorFlow works now (from ${way}).`);
      throw new SetupError(`the library is in place but does not load: ${reason}`);
    } catch (error) {
      if (place.signal.aborted) throw error;
      if (!(error instanceof SetupError)) throw error;
      failures.push({ way, error });
      say(`${way}: failed: ${error.message}`);
    }
  }
  const report = failures.map(
    ({ way, error }) => `  --from ${way}: ${error.message}\n    To mend it: ${error.remedy}`,
  );
  throw new SetupError(`TensorFlow could not be set up.\n${report.join("\n")}`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        from: { type: "string", default: "registry" },
        package: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    if (!(values.from in WAYS)) throw new Error(`--from is "registry" or "official", not "${values.from}"`);
    return values;
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    process.exit(EXIT_USAGE);
  }
}

function findPackage() {
  try {
    return path.dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-node/package.json"));
  } catch {
    throw new SetupError("@tensorflow/tfjs-node is not installed. Run `npm ci` first.");
  }
}

function done(message) {
  process.stdout.write(`${message}\n`);
}

try {
  await main();
} catch (error) {
  const isInterrupted = error.name === "AbortError";
  const text = error instanceof SetupError ? error.message : error.stack;
  process.stderr.write(isInterrupted ? "Interrupted; nothing half-done is left.\n" : `${text}\n`);
  process.exitCode = isInterrupted ? EXIT_INTERRUPTED : EXIT_FAILED;
}
