import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { pythonOfPeers } from "./python-environment.mjs";

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "onnxruntime_peer.py");

/**
 * Starts a Python peer on one frame.
 * @param options as onnxruntime_peer.py takes them
 * @returns versions, the mask's px per class, `measure(runs)` with durations in ms, and `close()`
 */
export async function startPythonPeer(options) {
  const child = spawn(pythonOfPeers(), [script, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: String(options.threads) },
  });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the Python peer ended with ${child.exitCode}`);
    return JSON.parse(value);
  };
  const { versions, pixels } = await next();
  return {
    versions,
    pixels,
    measure: async (runs) => {
      child.stdin.write(`${runs}\n`);
      return next();
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
