import type { Check } from "./check.js";
import type { DoctorReport } from "./report.js";

const MARKS: Readonly<Record<Check["state"], string>> = { ok: "ok", note: "note", wrong: "WRONG" };
/** Green, yellow and red of terminals; node:util has them too, but not in every Node that is supported. */
const COLOURS: Readonly<Record<Check["state"], number>> = { ok: 32, note: 33, wrong: 31 };
const MARK_WIDTH = 5;
const GAP = "  ";
/** Narrower columns are harder to read than lines that the terminal breaks. */
const MIN_COLUMN = 30;

export interface RenderOptions {
  /** Whether the terminal understands colours. */
  readonly isColoured: boolean;
  /** Characters of a line; left out, lines are as long as what they say. */
  readonly width?: number | undefined;
}

/** The report for people: what was found by each check, and under it the command that mends it. */
export function renderReport(report: DoctorReport, { isColoured, width }: RenderOptions): string {
  const { checks, wrong, machine } = report;
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  const indent = " ".repeat(MARK_WIDTH + nameWidth + 2 * GAP.length);
  const column = Math.max(MIN_COLUMN, (width ?? Number.POSITIVE_INFINITY) - indent.length);
  const lines = checks.flatMap(({ state, name, found, mend }) => {
    const mark = MARKS[state].padEnd(MARK_WIDTH);
    const coloured = isColoured ? `\x1b[${COLOURS[state]}m${mark}\x1b[39m` : mark;
    const [first, ...rest] = wrap(found, column);
    return [
      [coloured, name.padEnd(nameWidth), first].join(GAP),
      ...rest.map((line) => indent + line),
      // A command stays in one piece, to be copied.
      ...(mend === null ? [] : [`${indent}-> ${mend}`]),
    ];
  });
  return `mavseg ${machine.versions.mavseg}\n\n${lines.join("\n")}\n\n${verdict(wrong)}\n`;
}

/** Breaks between words; a word that is longer than a line, such as a path, stays whole. */
function wrap(text: string, column: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= column) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function verdict(wrong: number): string {
  if (wrong === 0) return "Nothing is wrong.";
  return wrong === 1 ? "1 thing is wrong." : `${wrong} things are wrong.`;
}
