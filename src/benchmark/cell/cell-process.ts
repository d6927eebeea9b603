import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { FromCell, QuestionKind, Questions } from "./questions.js";

/** Why a cell has no row. */
export interface CellFailure {
  /** A code of docs/errors.md; null for anything else. */
  readonly code: string | null;
  readonly reason: string;
}

export type Outcome<T> =
  | { readonly isAnswer: true; readonly value: T }
  | { readonly isAnswer: false; readonly failure: CellFailure };

export interface CellListener {
  readonly note: (text: string) => void;
  readonly progress?: (share: number) => void;
}

/** The end of what a process said before it died is what matters. */
const KEPT_CHARACTERS = 4000;

/**
 * A cell in a process of its own: its memory and its start are its own, what one provider does to a process cannot slow
 * another's down, and one that crashes takes its own row with it and no other. One question at a time.
 */
export class CellProcess {
  readonly #child: ChildProcess;
  readonly #listener: CellListener;
  #settle: ((outcome: Outcome<unknown>) => void) | undefined;
  #end: CellFailure | undefined;

  constructor(listener: CellListener) {
    this.#listener = listener;
    // Standard output is the report's own, whatever a library prints.
    this.#child = fork(programFile(), [], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: ["--expose-gc"],
    });
    const lastWords = keepEnd(this.#child.stderr!);
    this.#child.on("message", (message: FromCell) => this.#receive(message));
    this.#child.once("error", ({ message }) => this.#stop(message));
    this.#child.once("close", (code, signal) =>
      this.#stop(`its process ended with ${signal ?? `exit code ${code}`}${lastLine(lastWords())}`),
    );
  }

  /** Never rejects. */
  ask<K extends QuestionKind>(
    kind: K,
    input: Questions[K]["input"],
  ): Promise<Outcome<Questions[K]["answer"]>> {
    return new Promise((resolve) => {
      if (this.#end !== undefined) return resolve({ isAnswer: false, failure: this.#end });
      this.#settle = resolve as (outcome: Outcome<unknown>) => void;
      // What cannot be sent has no receiver: the process has ended, and its end is told above.
      this.#child.send({ kind, input }, () => {});
    });
  }

  close(): void {
    // What it has left to do, such as tearing down a GPU's driver, changes nothing but may hang.
    this.#child.kill("SIGKILL");
  }

  #receive(message: FromCell): void {
    if (message.type === "note") this.#listener.note(message.text);
    else if (message.type === "progress") this.#listener.progress?.(message.share);
    else if (message.type === "answer") this.#answer({ isAnswer: true, value: message.value });
    else this.#answer({ isAnswer: false, failure: { code: message.code, reason: message.reason } });
  }

  #stop(reason: string): void {
    this.#end ??= { code: null, reason };
    this.#answer({ isAnswer: false, failure: this.#end });
  }

  #answer(outcome: Outcome<unknown>): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome);
  }
}

/** Beside this file in the build; sources that run as they are (under a test runner) use the build's. */
function programFile(): string {
  const beside = fileURLToPath(new URL("./cell-main.js", import.meta.url));
  if (existsSync(beside)) return beside;
  return fileURLToPath(new URL("../../../dist/benchmark/cell/cell-main.js", import.meta.url));
}

function keepEnd(stream: Readable): () => string {
  let kept = "";
  stream.on("data", (chunk: Buffer) => {
    kept = (kept + chunk.toString()).slice(-KEPT_CHARACTERS);
  });
  return () => kept;
}

function lastLine(text: string): string {
  const line = text.trim().split("\n").at(-1);
  return line === undefined || line === "" ? "" : `: ${line}`;
}
