import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createCommand } from "../../src/cli/export.js";
import { temporaryFolder } from "../dataset/tiny-dataset.js";
import { printed } from "./printed.js";

test.each<[string, string[], RegExp, string]>([
  ["another checkpoint", ["--checkpoint", "first"], /best or last/, "first"],
  ["no pictures", ["--images", "0"], /--images/, "0"],
  ["a precision that there is not", ["--precision", "int8"], /float32 or float16/, "int8"],
  ["pictures that are no number", ["--images", "all"], /--images/, "all"],
])("%s is USAGE", async (_, args, expected, actual) => {
  await expect(
    printed(createCommand(), "--run", "/nowhere", "--out", "x.onnx", ...args),
  ).rejects.toMatchObject({
    code: "USAGE",
    expected: expect.stringMatching(expected),
    actual,
  });
});

test("a folder that is no run is told, and nothing is written", async () => {
  await using folder = await temporaryFolder();
  const out = path.join(folder.dir, "model.onnx");
  await expect(printed(createCommand(), "--run", folder.dir, "--out", out)).rejects.toMatchObject({
    code: "RUN_INVALID",
    expected: expect.stringContaining(folder.dir),
  });
  expect(await readdir(folder.dir)).toEqual([]);
});

test.each([
  ["--run", ["--out", "x.onnx"]],
  ["--out", ["--run", "/nowhere"]],
])("%s is required", async (option, args) => {
  const command = createCommand().configureOutput({ writeErr: () => {} });
  await expect(printed(command, ...args)).rejects.toMatchObject({ message: expect.stringContaining(option) });
});

test("--help ends with examples", () => {
  let help = "";
  createCommand()
    .configureOutput({ writeOut: (text) => (help += text) })
    .outputHelp();
  expect(help).toContain("Examples:\n  $ mavseg export");
});
