import { spawn } from "node:child_process";
import { SetupError } from "./failure.mjs";

const PROGRESS_EVERY_MS = 3000;
/** Enough for the lines in which a tool names its error. */
const OUTPUT_KEPT = 8000;

/** One line of progress, on stderr. */
export function say(line) {
  process.stderr.write(`setup:training: ${line}\n`);
}

/** Calls `progress(seconds)` every few seconds until `work` settles, and prints the line that it returns. */
export async function withProgress(progress, work) {
  const startMs = Date.now();
  const timer = setInterval(
    () => say(progress(Math.round((Date.now() - startMs) / 1000))),
    PROGRESS_EVERY_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs a tool and resolves to { status, output }: its exit status (null where it was killed or ran out of time) and
 * the end of what it printed. Rejects with a SetupError where the tool is not there, with an AbortError on `signal`.
 */
export function runTool(command, args, { cwd, env, signal, limitMs, remedyIfMissing }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      signal,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_KEPT);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const limit = setTimeout(() => {
      keep(`\n${command} timed out after ${limitMs / 1000} s`);
      child.kill("SIGKILL");
    }, limitMs);
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(error.code === "ENOENT" ? new SetupError(`${command} was not found`, remedyIfMissing) : error);
    });
    child.on("close", (status) => {
      clearTimeout(limit);
      resolve({ status, output: output.trim() });
    });
  });
}

/** The lines of a tool's output that name its error, else its last ones, for a message. */
export function tellingLines(output, count = 4) {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.filter((line) => /error|cannot|could not|failed|no module/i.test(line));
  return (telling.length > 0 ? telling : lines).slice(-count).join("\n    ");
}
