import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { formatDuration, Progress } from "../../src/cli/progress.js";

let written: string[];
let wasTerminal: boolean;
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  wasTerminal = process.stderr.isTTY;
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
});
afterEach(() => {
  process.stderr.isTTY = wasTerminal;
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("where stderr is no terminal", () => {
  test("there is a line at once, then one every five seconds", () => {
    process.stderr.isTTY = false;
    const progress = new Progress("reading");
    for (let second = 0; second <= 11; second++) {
      progress.update(second / 20, `${second} of 20`);
      vi.advanceTimersByTime(1000);
    }
    progress.done();
    expect(written).toEqual(["reading   0% 0 of 20\n", "reading  25% 5 of 20\n", "reading  50% 10 of 20\n"]);
  });
});

describe("on a terminal", () => {
  test("a bar redraws itself, and its line is ended", () => {
    process.stderr.isTTY = true;
    const progress = new Progress("reading");
    progress.update(0.5, "half");
    progress.update(0.51, "too soon");
    vi.advanceTimersByTime(100);
    progress.update(1, "all");
    progress.done();
    expect(written).toEqual([
      `\r\x1b[2Kreading ${"█".repeat(12)}${"░".repeat(12)} 50% half`,
      `\r\x1b[2Kreading ${"█".repeat(24)}100% all`,
      "\n",
    ]);
  });

  test("without a bar there is no line to end", () => {
    process.stderr.isTTY = true;
    new Progress("reading").done();
    expect(written).toEqual([]);
  });

  test("a share beyond its range still draws a bar", () => {
    process.stderr.isTTY = true;
    new Progress("a").update(1.2);
    new Progress("b").update(-0.1);
    expect(written.map((line) => [...line].filter((letter) => letter === "█").length)).toEqual([24, 0]);
  });
});

test.each([
  [0, "0 s"],
  [-5, "0 s"],
  [12_400, "12 s"],
  [59_600, "1 min 00 s"],
  [200_000, "3 min 20 s"],
  [3_599_400, "59 min 59 s"],
  [3_720_000, "1 h 02 min"],
])("%i ms is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
