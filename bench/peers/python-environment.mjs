// The Python environment of the peers, made once in .cache/python-peers from bench/peers/requirements.txt.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const environment = path.resolve(here, "../../.cache/python-peers");
const requirementsFile = path.join(here, "requirements.txt");
/** What was installed: written last, so that a half-made environment is made anew. */
const installedMark = path.join(environment, "installed.txt");

/** @returns the path of an interpreter that has the peers' packages */
export function pythonOfPeers() {
  const python = path.join(environment, "bin/python");
  const requirements = readFileSync(requirementsFile, "utf8");
  if (existsSync(installedMark) && readFileSync(installedMark, "utf8") === requirements) return python;
  process.stderr.write("making the Python environment of the peers (.cache/python-peers) ...\n");
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(path.dirname(environment), { recursive: true });
  execFileSync("python3", ["-m", "venv", environment]);
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-r", requirementsFile]);
  writeFileSync(installedMark, requirements);
  return python;
}
