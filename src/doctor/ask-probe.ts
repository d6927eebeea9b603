import { fileURLToPath } from "node:url";
import type { QuestionKind, Questions } from "./probe.js";
import { askInProcess, type Outcome } from "./probe-process.js";

const PROBE = fileURLToPath(new URL("./probe.js", import.meta.url));

/** Asks one of the probe's questions in a process of its own; never rejects. */
export function askProbe<Kind extends QuestionKind>(
  kind: Kind,
  input: Questions[Kind]["input"],
  limitMs: number,
): Promise<Outcome<Questions[Kind]["answer"]>> {
  return askInProcess(PROBE, { kind, input }, limitMs);
}
