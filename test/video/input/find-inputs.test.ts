import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findInputs } from "../../../src/video/input/find-inputs.js";

let dir: string;
const at = (...parts: string[]) => path.join(dir, ...parts);
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-inputs-"));
  await mkdir(at("photos"));
  await mkdir(at("other"));
  for (const name of ["f10.jpg", "f2.jpg", "f1.png", "notes.txt"]) await writeFile(at("photos", name), "");
  for (const name of ["a.mp4", "b.mkv", "c.mcap", "other/a.mp4"]) await writeFile(at(name), "");
});
afterAll(() => rm(dir, { recursive: true }));

test("a folder is one flight of its images, in natural order", async () => {
  expect(await findInputs([at("photos")])).toEqual([
    {
      kind: "images",
      name: "photos",
      files: ["f1.png", "f2.jpg", "f10.jpg"].map((name) => at("photos", name)),
    },
  ]);
});

test("images by pattern are one flight, other files one each", async () => {
  expect(await findInputs([at("photos/f*.jpg"), at("*.m*"), at("photos/f1.png")])).toEqual([
    { kind: "video", name: "a", files: [at("a.mp4")] },
    { kind: "video", name: "b", files: [at("b.mkv")] },
    { kind: "mcap", name: "c", files: [at("c.mcap")] },
    {
      kind: "images",
      name: "photos",
      files: ["f1.png", "f2.jpg", "f10.jpg"].map((name) => at("photos", name)),
    },
  ]);
});

test.each([
  ["a file that is not there", "none.mp4", "INPUT_UNREADABLE"],
  ["a pattern that nothing matches", "*.avi", "INPUT_UNREADABLE"],
])("%s is refused", async (_, name, code) => {
  await expect(findInputs([at(name)])).rejects.toMatchObject({ code });
});

test("two of one name are refused: each gets a folder of its name", async () => {
  await expect(findInputs([at("a.mp4"), at("other/a.mp4")])).rejects.toMatchObject({ code: "USAGE" });
});
