import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MavsegError } from "../../errors.js";
import { readWaitingMs } from "./waiting-time.js";

/** What a process has used since its start, as it says itself. */
export interface OwnUsage {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly atMs: number;
  /** Of all its threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export interface Usage extends OwnUsage {
  /** Its threads were ready to run and had no core; null where the kernel does not tell. Read from outside, at no cost to it. */
  readonly waitingMs: number | null;
}

export interface StreamProcessOptions {
  /** The built `dist/cli/main.js`. */
  readonly program: string;
  /** The command and its options. */
  readonly args: readonly string[];
  /** Takes each line of standard output. */
  readonly onLine?: (line: string) => void;
}

/** Time to finish the frame at hand; then a process is killed. */
const GRACE_MS = 5000;
/** Of what a process said last that is no line of its log. */
const KEPT_LINES = 10;
const LEASH = new URL("./leash.js", import.meta.url).href;

/** One process of a measured stream: `mavseg <command>`, its log read, its cost asked for. */
export class StreamProcess {
  readonly #child: ChildProcess;
  readonly #command: string;
  readonly #closed: Promise<unknown>;
  readonly #logged = new Map<string, Record<string, unknown>>();
  readonly #lastWords: string[] = [];
  #waiting: (() => void)[] = [];
  #lastLine = "";

  constructor({ program, args, onLine }: StreamProcessOptions) {
    this.#command = args[0] ?? "";
    this.#child = fork(program, args, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: ["--import", LEASH],
    });
    this.#closed = once(this.#child, "close").finally(() => this.#wake());
    // Whoever waits for the end learns of a process that could not be started; nobody may be waiting just now.
    this.#closed.catch(() => {});
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      this.#lastLine = line;
      onLine?.(line);
    });
    createInterface({ input: this.#child.stderr! }).on("line", (line) => this.#readLog(line));
  }

  /**
   * The fields of the first line of the log with this message, as soon as there is one.
   * @throws MavsegError `STREAM_BROKEN` when the process ends without it
   */
  async logged(message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const fields = this.#logged.get(message);
      if (fields !== undefined) return fields;
      if (this.#hasEnded) throw this.#broken();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Undefined when the process has ended. */
  async usage(): Promise<Usage | undefined> {
    if (!this.#child.connected) return undefined;
    const answer = once(this.#child, "message") as Promise<[OwnUsage]>;
    this.#child.send("usage", () => {});
    const usage = await Promise.race([answer, this.#closed.then(() => undefined)]);
    if (usage === undefined) return undefined;
    return { ...usage[0], waitingMs: readWaitingMs(this.#child.pid!) };
  }

  /**
   * Waits for a process that ends by itself.
   * @returns the last line of its standard output
   * @throws MavsegError `STREAM_BROKEN`
   */
  async ended(): Promise<string> {
    await this.#closed;
    if (this.#child.exitCode !== 0) throw this.#broken();
    return this.#lastLine;
  }

  /** Asks the process to finish, and kills it when it does not; as `ended`. */
  async stop(): Promise<string> {
    if (this.#hasEnded) throw this.#broken();
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    return this.ended().finally(() => clearTimeout(timer));
  }

  /** Resolves when the process is gone; without effect on one that is. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed.catch(() => {});
  }

  /** Rejects with `STREAM_BROKEN` when the process ends; otherwise never settles. */
  async broken(): Promise<never> {
    await this.#closed.catch(() => {});
    throw this.#broken();
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #readLog(line: string): void {
    const fields = parseLogLine(line);
    if (typeof fields?.msg === "string") {
      if (!this.#logged.has(fields.msg)) this.#logged.set(fields.msg, fields);
      this.#wake();
      return;
    }
    this.#lastWords.push(line);
    if (this.#lastWords.length > KEPT_LINES) this.#lastWords.shift();
  }

  #wake(): void {
    for (const look of this.#waiting.splice(0)) look();
  }

  #broken(): MavsegError {
    const { exitCode, signalCode } = this.#child;
    const end = signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`;
    const words = this.#lastWords.map((line) => line.trim()).join(" ");
    return new MavsegError("STREAM_BROKEN", {
      expected: `\`mavseg ${this.#command}\` to last as long as the stream`,
      actual: words === "" ? end : `${end}: ${words}`,
    });
  }
}

/** The log is JSON, a line each; what a failing process says last is plain text. */
function parseLogLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
