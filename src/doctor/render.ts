import type { Check } from "./check.js";
import type { DoctorReport } from "./report.js";

const MARKS: Readonly<Record<Check["state"], string>> = { ok: "ok", note: "note", wrong: "WRONG" };
/** Green, yellow and red of terminals; node:util has them too, but not in every Node that is supported. */
const COLOURS: Readonly<Record<Check["state"], number>> = { ok: 32, note: 33, wrong: 31 };
const MARK_WIDTH = 5;

/**
 * The report for people: a line per check, and under it the command that mends it.
 * @param isColoured whether the terminal understands colours
 */
export function renderReport({ checks, wrong }: DoctorReport, isColoured: boolean): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ state, name, found, mend }) => {
    const mark = MARKS[state].padEnd(MARK_WIDTH);
    const coloured = isColoured ? `\x1b[${COLOURS[state]}m${mark}\x1b[39m` : mark;
    const indent = " ".repeat(MARK_WIDTH + nameWidth + 4);
    return [
      `${coloured}  ${name.padEnd(nameWidth)}  ${found}`,
      ...(mend === null ? [] : [`${indent}-> ${mend}`]),
    ];
  });
  return `${lines.join("\n")}\n\n${verdict(wrong)}\n`;
}

function verdict(wrong: number): string {
  if (wrong === 0) return "Nothing is wrong.";
  return wrong === 1 ? "1 thing is wrong." : `${wrong} things are wrong.`;
}
