import { fork } from "node:child_process";
import type { Readable } from "node:stream";

/** What became of a question that was asked in a process of its own. */
export type Outcome<T> =
  | { readonly state: "answered"; readonly value: T }
  /** It answered with an error, the coded ones with their code and hint. */
  | {
      readonly state: "failed";
      readonly code: string | null;
      readonly reason: string;
      readonly hint: string | null;
    }
  /** The process ended without an answer, as a native library may make it. */
  | { readonly state: "crashed"; readonly reason: string }
  | { readonly state: "hung"; readonly reason: string };

/** What the child sends back: `value`, or `failure`. */
export interface Answer {
  readonly value?: unknown;
  readonly failure?: {
    readonly code: string | null;
    readonly reason: string;
    readonly hint: string | null;
  };
}

/** The end of what a process said before it died is what matters; libraries can be very talkative. */
const KEPT_CHARACTERS = 4000;

/**
 * Asks a question in a process of its own: libraries of drivers and engines that do not fit the machine may end the
 * process that loads them, or never come back. Never rejects.
 * @param program the file that waits for the question as its first message and sends an `Answer`
 * @param limitMs after so long the process is killed
 */
export function askInProcess<T>(program: string, question: unknown, limitMs: number): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    // Masks go over the channel as they are; standard output is the report's own, whatever a library prints.
    const child = fork(program, [], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: [],
    });
    const lastWords = keepEnd(child.stderr!);
    const finish = (outcome: Outcome<T>) => {
      clearTimeout(limit);
      // What it has left to do, such as tearing down a GPU's driver, cannot change the answer but may hang.
      child.kill("SIGKILL");
      resolve(outcome);
    };
    const limit = setTimeout(
      () => finish({ state: "hung", reason: `no answer within ${limitMs / 1000} s` }),
      limitMs,
    );
    child.once("message", (answer: Answer) => finish(toOutcome(answer)));
    child.once("error", ({ message }) => finish({ state: "crashed", reason: message }));
    child.once("close", (code, signal) =>
      finish({ state: "crashed", reason: `${signal ?? `exit code ${code}`}${lastLine(lastWords())}` }),
    );
    // What cannot be sent has no receiver: the process has ended, and its end is told above.
    child.send(question as object, () => {});
  });
}

/** In one line: some reasons go on with every file that was looked for. */
export function describeFailure(outcome: Exclude<Outcome<unknown>, { state: "answered" }>): string {
  const reason = outcome.reason.split("\n")[0] ?? "";
  return outcome.state === "crashed" ? `the process that tried it crashed: ${reason}` : reason;
}

function toOutcome<T>({ value, failure }: Answer): Outcome<T> {
  if (failure !== undefined) return { state: "failed", ...failure };
  return { state: "answered", value: value as T };
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
