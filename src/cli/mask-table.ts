import type { ReceivedMask } from "../transport/mask-subscriber.js";

const COLUMNS = ["camera", "seq", "age ms", "wait", "decode", "pre", "infer", "post"] as const;
const WIDTHS = [10, 8, 8, 7, 7, 7, 7, 7] as const;
/** More do not fit on a line. */
const MAX_OBJECTS = 3;

/** The head of the live table of masks. */
export const MASK_TABLE_HEAD = `${row(COLUMNS)}  objects\n`;

/** One mask as a line: its age when it arrived, milliseconds per stage, and what was found. */
export function maskTableRow({ header, ageMs }: ReceivedMask): string {
  const { timing_ms: timing, objects, classes } = header;
  const stages = [timing.wait, timing.decode, timing.preprocess, timing.infer, timing.postprocess];
  const cells = [
    printable(header.frame_id),
    String(header.seq),
    ageMs.toFixed(1),
    ...stages.map((ms) => ms.toFixed(1)),
  ];
  const found = objects.slice(0, MAX_OBJECTS).map(({ class: id, pixels, centroid: [x, y] }) => {
    const name = printable(classes[id] ?? `class ${id}`);
    return `${name} ${pixels} px at ${x.toFixed(0)},${y.toFixed(0)}`;
  });
  if (objects.length > MAX_OBJECTS) found.push(`and ${objects.length - MAX_OBJECTS} more`);
  return `${row(cells)}  ${found.join("; ") || "-"}\n`;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, column) => cell.padStart(WIDTHS[column] as number)).join(" ");
}

/** Names come from elsewhere: control characters must not reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
