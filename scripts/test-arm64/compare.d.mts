/** A mask as test/arm64/run-cases.mjs prints it; bytes are in base64. */
export interface CaseResult {
  readonly name: string;
  readonly engine: string;
  readonly objects: readonly object[];
  readonly mask: string;
  readonly runLengths: string;
}
export function faultsBetween(here: readonly CaseResult[], there: readonly CaseResult[]): string[];
