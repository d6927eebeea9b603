import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { causeIn, SetupError } from "./failure.mjs";
import { runTool, say, tellingLines, withProgress } from "./run-tool.mjs";

const VERSION = "2.13.1";
/** The smallest TensorFlow whose files serve tfjs-node 4.22. One build per architecture, named by its content. */
const WHEELS = {
  x64: {
    project: "tensorflow-cpu",
    platform: "manylinux2014_x86_64",
    bytes: 186_594_601,
    sha256: "87be6e61314b2c0fa062f71e26e41d6a17e162ffe4da72c820fe8f1fc94d97fe",
  },
  arm64: {
    project: "tensorflow-cpu-aws",
    platform: "manylinux2014_aarch64",
    bytes: 248_812_569,
    sha256: "583d982a420df1b9735392a38125785da1dd89e6cd2b3524a831279aad890ff0",
  },
};
const DOWNLOAD_LIMIT_MS = 30 * 60 * 1000;
const PIP_CHECK_LIMIT_MS = 60_000;
const PYTHON = process.env.PYTHON || "python3";
const GET_PYTHON = "install Python 3 with pip: `sudo apt-get install python3 python3-pip` (Debian, Ubuntu).";

/** Which wheel fits this machine. Throws a SetupError where none does. */
export function wheelForThisMachine() {
  const wheel = process.platform === "linux" ? WHEELS[process.arch] : undefined;
  if (wheel === undefined)
    throw new SetupError(
      `the registry has no fitting TensorFlow for ${process.platform} on ${process.arch}`,
      "train on linux x64 or arm64, or use `--from official`.",
    );
  return { ...wheel, file: `${wheel.project}-${VERSION}-${process.arch}.whl` };
}

/** The path of the wheel in the cache, downloaded by pip if it is not there yet. */
export async function fetchWheel(wheel, { cacheDir, signal }) {
  const cached = path.join(cacheDir, wheel.file);
  if (existsSync(cached)) {
    if ((await sha256Of(cached)) === wheel.sha256) {
      say(`using ${cached}`);
      return cached;
    }
    say(`${cached} is damaged and is downloaded again`);
  }
  await requirePip(signal);
  const work = path.join(cacheDir, "wheel.partial");
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    await download(wheel, work, signal);
    const name = readdirSync(work).find((file) => file.endsWith(".whl"));
    if (name === undefined) throw new SetupError("pip reported success but brought no wheel");
    await rename(path.join(work, name), cached);
    return cached;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function requirePip(signal) {
  const options = { signal, limitMs: PIP_CHECK_LIMIT_MS, remedyIfMissing: GET_PYTHON };
  const { status, output } = await runTool(PYTHON, ["-m", "pip", "--version"], options);
  if (status !== 0) throw new SetupError(`${PYTHON} has no pip (${tellingLines(output, 1)})`, GET_PYTHON);
}

async function download(wheel, work, signal) {
  const requirement = `${wheel.project}==${VERSION}`;
  const list = path.join(work, "requirements.txt");
  // pip refuses any file with another hash, whatever index or mirror it comes from.
  await writeFile(list, `${requirement} --hash=sha256:${wheel.sha256}\n`);
  const args = [
    "-m",
    "pip",
    "download",
    "--require-hashes",
    "--no-deps",
    "--only-binary=:all:",
    "--no-cache-dir",
  ];
  args.push("--disable-pip-version-check", "--progress-bar", "off", "--dest", work, "--requirement", list);
  // The wheel is named for a Python; ours need not be that one, only its files are used.
  args.push(
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--abi",
    "cp311",
    "--platform",
    wheel.platform,
  );
  say(`downloading ${requirement} (${megabytes(wheel.bytes)} MB) by pip`);
  const startMs = Date.now();
  const progress = (seconds) =>
    `downloading: ${megabytes(bytesIn(work))} of ${megabytes(wheel.bytes)} MB, ${seconds} s`;
  // pip writes to the temporary folder first: there its growth can be seen, and nothing is left behind.
  const options = { env: { TMPDIR: work }, signal, limitMs: DOWNLOAD_LIMIT_MS, remedyIfMissing: GET_PYTHON };
  const { status, output } = await withProgress(progress, () => runTool(PYTHON, args, options));
  if (status !== 0)
    throw (
      causeIn(output, `downloading ${requirement}`) ??
      new SetupError(
        `pip could not download ${requirement}:\n    ${tellingLines(output)}`,
        `see whether \`${PYTHON} -m pip download --no-deps ${requirement}\` works; PIP_INDEX_URL names another index.`,
      )
    );
  say(`downloaded in ${Math.round((Date.now() - startMs) / 1000)} s`);
}

async function sha256Of(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function bytesIn(folder) {
  let sum = 0;
  for (const name of readdirSync(folder, { recursive: true })) {
    // pip moves and removes files while we look.
    sum += statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

export function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
