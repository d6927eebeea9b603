import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * Runs one of our programs; its progress goes to the terminal. Where it fails, so does whoever asked for it.
 * @param script by its path in the repository
 * @returns what it printed
 */
export function runProgram(script, args) {
  const { status, stdout } = spawnSync(process.execPath, [path.join(root, script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

/** Runs `mavseg`, as `runProgram`. */
export function mavseg(...args) {
  return runProgram("dist/cli/main.js", args);
}
