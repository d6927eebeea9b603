import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of a test, with all it wrote. */
export class Running {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #waiting: (() => void)[] = [];
  stdout = "";
  stderr = "";

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
    this.#exit = once(this.#child, "close");
    const collect = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
      this[stream] += chunk;
      for (const look of this.#waiting.splice(0)) look();
    };
    this.#child.stdout?.on("data", collect("stdout"));
    this.#child.stderr?.on("data", collect("stderr"));
    this.#exit.then(() => {
      for (const look of this.#waiting.splice(0)) look();
    });
  }

  /** Resolves when the text has been written to stderr or stdout; rejects when the process ends without it. */
  async wrote(text: string): Promise<void> {
    while (!this.stderr.includes(text) && !this.stdout.includes(text)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`the process ended without writing "${text}":\n${this.stderr}${this.stdout}`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Gets a third of a core that another wants; threads that it starts later inherit that. Less would starve it. */
  lowerPriority(): void {
    os.setPriority(this.#child.pid!, 5);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended and its output is complete. */
  async ended(): Promise<Outcome> {
    await this.#exit;
    return { code: this.#child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

const started: Running[] = [];
afterEach(async () => {
  for (const running of started) running.kill("SIGKILL");
  await Promise.all(started.splice(0).map((running) => running.ended()));
});

/** Starts a process; the end of the test kills it if it still runs. */
export function start(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Running {
  const running = new Running(command, args, env);
  started.push(running);
  return running;
}

/** Starts `mavseg` as it was built. */
export function mavseg(...args: readonly string[]): Running {
  return start(process.execPath, [CLI, ...args]);
}

/** A loopback address with a port that nobody listens on. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return `tcp://127.0.0.1:${port}`;
}

/** The last line of an output, as JSON. */
export function lastJson(text: string): Record<string, unknown> {
  return JSON.parse(text.trim().split("\n").at(-1) ?? "");
}
