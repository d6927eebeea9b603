import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const environment = path.join(root, ".cache/python-e2e");
/** What was installed, for the next time: written last, so that a half-made environment is made anew. */
const installedMark = path.join(environment, "installed.txt");

/** The interpreter with the packages of requirements.txt. */
export const PYTHON = path.join(environment, "bin/python");

/** Makes the Python environment of the end-to-end tests, once: vitest calls it before them. */
export async function setup(): Promise<void> {
  const requirementsFile = fileURLToPath(new URL("requirements.txt", import.meta.url));
  const requirements = await readFile(requirementsFile, "utf8");
  const installed = await readFile(installedMark, "utf8").catch(() => "");
  if (installed === requirements) return;
  process.stderr.write("making the Python environment of the end-to-end tests (.cache/python-e2e) ...\n");
  await rm(environment, { recursive: true, force: true });
  await mkdir(path.dirname(environment), { recursive: true });
  await run("python3", ["-m", "venv", environment]);
  await run(PYTHON, ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-r", requirementsFile]);
  await writeFile(installedMark, requirements);
}
