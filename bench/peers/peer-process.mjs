import { spawn } from "node:child_process";
import { once } from "node:events";
import readline from "node:readline";

/**
 * Starts a peer: a process that says on its first line what it is, takes numbers of runs on stdin and answers each with
 * a list of durations. peer.py has the full text of this talk.
 * @param command and its arguments; the options follow them as JSON
 * @param environment variables beside this process's own
 * @returns what the first line says (`versions`, `configuration`, or `unavailable` with the reason), `measure(runs)` with
 *   durations in ms, and `close()`
 */
export async function startPeer([command, ...args], options, environment = {}) {
  const child = spawn(command, [...args, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: String(options.threads), ...environment },
  });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${args[0]} ended with ${child.exitCode ?? child.signalCode}`);
    return JSON.parse(value);
  };
  const close = async () => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  const greeting = await next();
  const measure = async (runs) => {
    child.stdin.write(`${runs}\n`);
    return next();
  };
  return { ...greeting, measure, close };
}
