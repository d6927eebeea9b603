// The Python environment of the peers, made once in .cache/python-peers from bench/peers/requirements.txt.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const environment = path.resolve(here, "../../.cache/python-peers");
const python = path.join(environment, "bin/python");
const requirementsFile = path.join(here, "requirements.txt");
/** What was installed: written last, so that a half-made environment is made anew. */
const installedMark = path.join(environment, "installed.txt");

/** @returns whether the environment is there and up to date, so that nothing needs to be downloaded */
export function hasPythonOfPeers() {
  const requirements = readFileSync(requirementsFile, "utf8");
  return existsSync(installedMark) && readFileSync(installedMark, "utf8") === requirements;
}

/** @returns the path of an interpreter that has the peers' packages */
export function pythonOfPeers() {
  if (hasPythonOfPeers()) return python;
  process.stderr.write("making the Python environment of the peers (.cache/python-peers, 600 MB) ...\n");
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(path.dirname(environment), { recursive: true });
  execFileSync("python3", ["-m", "venv", environment]);
  // Without what they depend on: pnnx's program needs no torch, and the rest of it serves downloads and telemetry.
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"];
  execFileSync(python, [...pip, "-r", requirementsFile]);
  writeFileSync(installedMark, readFileSync(requirementsFile));
  return python;
}
