import { writeFile } from "node:fs/promises";
import path from "node:path";
import { SetupError } from "../setup-training/failure.mjs";
import { cachedFolder } from "./cache-folder.mjs";
import { withProgress } from "./progress.mjs";
import { runToEnd } from "./tool.mjs";

const VERSION = "0.15.2";
/** One wheel per machine that builds. */
const SHA256 = {
  x64: "806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130",
  arm64: "edc0aa60ec964a4cf462d40f68d7de242ddf37fd9a80f2afaee6397059463230",
};
const PYTHON = process.env.PYTHON || "python3";
const REMEDY = `install Python 3 with pip (\`sudo apt-get install python3 python3-pip\`); PIP_INDEX_URL names another index.`;

/**
 * The path of the zig compiler, out of the Python package that carries it. It builds for both processors against the
 * symbols of any glibc that it is told, on any machine, and brings its own C++ library.
 */
export async function fetchZig(signal) {
  const sha256 = process.platform === "linux" ? SHA256[process.arch] : undefined;
  if (sha256 === undefined) {
    throw new SetupError(
      `prebuilt addons are made on linux x64 or arm64, this is ${process.platform}-${process.arch}`,
      "build them on one of these.",
    );
  }
  const folder = await cachedFolder(`zig-${VERSION}`, (partial) =>
    withProgress(`downloading zig ${VERSION} (about 90 MB) by pip`, () => install(partial, sha256, signal)),
  );
  return path.join(folder, "ziglang", "zig");
}

async function install(folder, sha256, signal) {
  const list = path.join(folder, "requirements.txt");
  // pip refuses any file with another hash, whatever index or mirror it comes from.
  await writeFile(list, `ziglang==${VERSION} --hash=sha256:${sha256}\n`);
  const args = [
    "-m",
    "pip",
    "install",
    "--require-hashes",
    "--no-deps",
    "--only-binary=:all:",
    "--no-cache-dir",
  ];
  args.push(
    "--disable-pip-version-check",
    "--progress-bar",
    "off",
    "--target",
    folder,
    "--requirement",
    list,
  );
  await runToEnd(PYTHON, args, { what: "pip's download of zig", remedy: REMEDY, signal });
}
