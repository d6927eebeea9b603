import { expect, test } from "vitest";
import { note, ok, wrong } from "../../src/doctor/check.js";
import { renderReport } from "../../src/doctor/render.js";
import type { DoctorReport } from "../../src/doctor/report.js";
import { madeUpMachine } from "./made-up-machine.js";

const checks = [
  ok("node", "Node", "22.11.0"),
  note("vulkan", "Vulkan", "no driver is installed", "sudo apt-get install -y mesa-vulkan-drivers"),
  wrong("addon", "native engine", "cannot be loaded for there is none in /a/rather/long/path/of/a/file here"),
];
const report = (wrongCount: number) =>
  ({ machine: madeUpMachine(), checks, wrong: wrongCount }) as unknown as DoctorReport;

test("a line per check, the command under it, the verdict at the end", () => {
  expect(renderReport(report(1), { isColoured: false })).toBe(
    [
      "mavseg 0.1.0",
      "",
      "ok     Node           22.11.0",
      "note   Vulkan         no driver is installed",
      "                      -> sudo apt-get install -y mesa-vulkan-drivers",
      "WRONG  native engine  cannot be loaded for there is none in /a/rather/long/path/of/a/file here",
      "",
      "1 thing is wrong.",
      "",
    ].join("\n"),
  );
});

test("on a narrow terminal, text is broken between words and commands stay whole", () => {
  const lines = renderReport(report(2), { isColoured: false, width: 54 }).split("\n");
  expect(lines.slice(4)).toEqual([
    "                      -> sudo apt-get install -y mesa-vulkan-drivers",
    "WRONG  native engine  cannot be loaded for there is",
    "                      none in",
    "                      /a/rather/long/path/of/a/file",
    "                      here",
    "",
    "2 things are wrong.",
    "",
  ]);
});

test("colours where the terminal has them, without moving the columns", () => {
  const [, , first] = renderReport(report(0), { isColoured: true }).split("\n");
  expect(first).toBe("\x1b[32mok   \x1b[39m  Node           22.11.0");
  expect(renderReport(report(0), { isColoured: false })).toMatch(/\n\nNothing is wrong\.\n$/);
});
