import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MavsegError } from "../errors.js";

/** Lines of a process's log that are kept, to be shown when it dies. */
const KEPT_LINES = 15;
/** Time to finish the frame at hand; then a process is killed. */
const GRACE_MS = 5000;

export interface StageOptions {
  readonly name: string;
  /** The built `dist/cli/main.js`. */
  readonly cli: string;
  readonly args: readonly string[];
  /** Whether it may end before `stop()`; exit codes other than 0 are a death all the same. */
  readonly endsByItself: boolean;
}

/** One process of the demo: `mavseg <command>` with its log watched. */
export class Stage {
  readonly name: string;
  /** Never resolves; rejects with `STAGE_DIED` when the process ends unasked. */
  readonly died: Promise<never>;
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];
  readonly #watchers = new Map<string, (fields: Record<string, unknown>) => void>();
  readonly #closed: Promise<unknown>;
  /** Resolves when the process has ended as it should, rejects with `STAGE_DIED` otherwise. */
  readonly #end: Promise<void>;
  #stdout = "";
  #isStopping = false;

  constructor({ name, cli, args, endsByItself }: StageOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    // However this process ends, its children must not stay.
    const kill = () => this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#closed = once(this.#child, "close").finally(() => process.removeListener("exit", kill));
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    createInterface({ input: this.#child.stderr! }).on("line", (line) => this.#read(line));
    this.#end = this.#watch(endsByItself);
    this.died = this.#end.then(() => new Promise<never>(() => {}));
    // Whoever waits for something of this stage waits for its death too; nobody may be waiting just now.
    this.died.catch(() => {});
  }

  /** The last lines that the process wrote to its log. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Resolves with the fields of the first log line to come that has this message. */
  logged(message: string): Promise<Record<string, unknown>> {
    return Promise.race([
      new Promise<Record<string, unknown>>((resolve) => this.#watchers.set(message, resolve)),
      this.died,
    ]);
  }

  /**
   * Resolves when the process has ended by itself.
   * @returns what it wrote to stdout
   * @throws MavsegError `STAGE_DIED`
   */
  async ended(): Promise<string> {
    await this.#end;
    return this.#stdout;
  }

  /** Asks the process to finish, and kills it when it does not. @returns what it wrote to stdout */
  async stop(): Promise<string> {
    this.#isStopping = true;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    // A process that could not be started has nothing to be waited for.
    await this.#closed.catch(() => {});
    clearTimeout(timer);
    return this.#stdout;
  }

  async #watch(endsByItself: boolean): Promise<void> {
    await this.#closed;
    const { exitCode, signalCode } = this.#child;
    if (this.#isStopping || (endsByItself && exitCode === 0)) return;
    throw new MavsegError("STAGE_DIED", {
      expected: `\`mavseg ${this.name}\` to run until the demo's end`,
      actual: signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`,
    });
  }

  #read(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
    const fields = parseLogLine(line);
    const message = fields?.msg;
    if (fields === undefined || typeof message !== "string") return;
    this.#watchers.get(message)?.(fields);
    this.#watchers.delete(message);
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
