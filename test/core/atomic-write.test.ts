import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFileAtomic } from "../../src/core/atomic-write.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-write-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a file is written whole, alone and in folders that were missing", async () => {
  const file = path.join(folder, "new", "deep", "file.bin");
  await writeFileAtomic(file, Uint8Array.of(1, 2, 255));
  expect([...(await readFile(file))]).toEqual([1, 2, 255]);
  expect(await readdir(path.dirname(file))).toEqual(["file.bin"]);
});

test("a file that was there is replaced", async () => {
  const file = path.join(folder, "file.txt");
  await writeFile(file, "a much longer text than the new one");
  await writeFileAtomic(file, "new");
  expect(await readFile(file, "utf8")).toBe("new");
});

test("where the folder cannot be made nothing is left", async () => {
  await writeFile(path.join(folder, "taken"), "");
  await expect(writeFileAtomic(path.join(folder, "taken", "file.txt"), "text")).rejects.toMatchObject({
    code: "OUTPUT_UNWRITABLE",
    expected: expect.stringContaining(path.join("taken", "file.txt")),
  });
  expect(await readdir(folder)).toEqual(["taken"]);
});

test("where the name cannot be taken the half that was written is removed", async () => {
  const file = path.join(folder, "folder.txt");
  await mkdir(file);
  await writeFile(path.join(file, "kept"), "kept");
  await expect(writeFileAtomic(file, "text")).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
  expect(await readdir(folder)).toEqual(["folder.txt"]);
  expect(await readdir(file)).toEqual(["kept"]);
});

test("a write that fails leaves the earlier file as it was", async () => {
  const file = path.join(folder, "file.txt");
  await writeFile(file, "earlier");
  // The name of the partial file is taken by a folder, so the writing itself fails.
  await mkdir(`${file}.${process.pid}.partial`);
  await expect(writeFileAtomic(file, "text")).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
  expect(await readFile(file, "utf8")).toBe("earlier");
});
