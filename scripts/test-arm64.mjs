// Runs the package on an emulated arm64 machine: its own node, the prebuilt addon and onnxruntime's arm64 library, through
// the built product. Every mask must be equal to the one that this machine makes. docs/prebuilds.md describes it.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchArm64Node } from "./prebuild/arm64-machine.mjs";
import { ARCHITECTURES, buildPrebuilds } from "./prebuild/build.mjs";
import { say, withProgress } from "./prebuild/progress.mjs";
import { runScript } from "./prebuild/run-script.mjs";
import { withStagedPackage } from "./prebuild/staged-package.mjs";
import { SetupError } from "./setup-training/failure.mjs";
import { faultsBetween } from "./test-arm64/compare.mjs";
import { runCases } from "./test-arm64/run-cases.mjs";

const HELP = `Usage: npm run test:arm64

Builds the package with prebuilt addons, runs it on this machine (linux x64) and on an emulated arm64 one, and compares
the masks of every raw pixel encoding, tensor type and way of resizing. The first run downloads about 200 MB and builds
zig's C++ library; later ones take two minutes or less.

  --help

Environment: MAVSEG_CACHE (default ~/.cache/mavseg) keeps the downloads; PYTHON, PIP_INDEX_URL as for build:prebuilds.

Examples:
  npm run test:arm64
  MAVSEG_CACHE=/data/cache npm run test:arm64
`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const cases = path.join(root, "test", "arm64", "run-cases.mjs");

await runScript(HELP, async (signal) => {
  const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
  if (values.help) return process.stdout.write(HELP);
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new SetupError(`this is ${process.platform}-${process.arch}`, "run it on linux x64.");
  if (!existsSync(path.join(root, "dist")))
    throw new SetupError("dist/ is not there", "run `npm run build` first.");
  await buildPrebuilds(root, ARCHITECTURES, signal);
  const arm64 = await fetchArm64Node(signal);
  await withStagedPackage(root, signal, async (folder) => {
    const run = (machine) => runCases({ ...machine, script: cases, folder, signal });
    const here = await withProgress("running on x64", () => run({ command: process.execPath, args: [] }));
    const there = await withProgress("running on arm64, emulated", () => run(arm64));
    const faults = faultsBetween(here, there);
    if (faults.length > 0)
      throw new SetupError(`the two processors differ:\n    ${faults.join("\n    ")}`, "mend the kernels.");
    say(`${there.length} masks are equal on x64 and arm64 (${there[0].engine})`);
  });
});
