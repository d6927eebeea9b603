import path from "node:path";
import { expect, test } from "vitest";
import { readDisk } from "../../src/machine/disk.js";
import { listNames } from "../../src/machine/system-files.js";
import { madeUpRoot } from "./made-up-root.js";

test("a folder that is not there yet has the space of its nearest parent, and nothing is left behind", () => {
  const root = madeUpRoot();
  const disk = readDisk(path.join(root, "a/b"));
  expect(disk).toMatchObject({ folder: path.join(root, "a/b"), unwritable: null });
  expect(disk.freeBytes).toBeGreaterThan(0);
  expect(disk.totalBytes).toBeGreaterThanOrEqual(disk.freeBytes!);
  expect(listNames(root, ".")).toEqual([]);
});

test("a file in the way makes a folder unwritable, for the root user too", () => {
  const root = madeUpRoot({ file: "" });
  expect(readDisk(path.join(root, "file/cache")).unwritable).toMatch(/ENOTDIR/);
});
