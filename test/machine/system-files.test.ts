import { expect, test } from "vitest";
import { listNames, readNumber, readText } from "../../src/machine/system-files.js";
import { madeUpRoot } from "./made-up-root.js";

test("texts lose the kernel's newline or zero byte at the end, and nothing else", () => {
  const root = madeUpRoot({ a: " x\ny \n", b: "Jetson\0", c: "" });
  expect(readText(root, "a")).toBe(" x\ny ");
  expect(readText(root, "b")).toBe("Jetson");
  expect(readText(root, "c")).toBe("");
});

test("a file that is missing, or is a folder, gives null", () => {
  const root = madeUpRoot({ "folder/file": "1\n" });
  expect(readText(root, "nothing")).toBeNull();
  expect(readText(root, "folder")).toBeNull();
  expect(readNumber(root, "nothing")).toBeNull();
});

test("a file that holds no number gives null", () => {
  const root = madeUpRoot({ number: "-42\n", empty: "\n", word: "unknown\n" });
  expect(readNumber(root, "number")).toBe(-42);
  expect(readNumber(root, "empty")).toBeNull();
  expect(readNumber(root, "word")).toBeNull();
});

test("names come in natural order, and only those that match", () => {
  const root = madeUpRoot({ "cpus/cpu10": "", "cpus/cpu2": "", "cpus/cpufreq": "" });
  expect(listNames(root, "cpus", /^cpu\d+$/)).toEqual(["cpu2", "cpu10"]);
  expect(listNames(root, "none")).toEqual([]);
});
