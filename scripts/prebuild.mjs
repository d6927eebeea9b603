// Builds the native engine's addon for linux-x64 and linux-arm64, for machines with glibc 2.28 or newer and no compiler.
// docs/prebuilds.md describes it, docs/decisions/0006-prebuilds.md says why.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ARCHITECTURES, buildPrebuilds, checkPrebuilds } from "./prebuild/build.mjs";
import { runScript, UsageError } from "./prebuild/run-script.mjs";

const HELP = `Usage: npm run build:prebuilds -- [--arch x64|arm64] [--check]

Builds prebuilds/linux-x64/ and prebuilds/linux-arm64/ on any of the two, and checks what they need of a machine.

  --arch <arch>   only this one
  --check         build nothing, check what is there
  --help

Environment: MAVSEG_CACHE (default ~/.cache/mavseg) keeps the compiler (zig, by pip) and its objects, PYTHON names the
Python (default python3), npm_config_nodedir the folder whose include/node holds Node's headers.

Examples:
  npm run build:prebuilds
  npm run build:prebuilds -- --arch arm64
  npm run build:prebuilds -- --check
`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

await runScript(HELP, async (signal) => {
  const { values } = parseArgs({
    options: {
      arch: { type: "string" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return process.stdout.write(HELP);
  const { arch } = values;
  if (arch !== undefined && !ARCHITECTURES.includes(arch))
    throw new UsageError(`--arch: expected ${ARCHITECTURES.join(" or ")}, got ${arch}`);
  const work = values.check ? checkPrebuilds : buildPrebuilds;
  await work(root, arch === undefined ? ARCHITECTURES : [arch], signal);
});
