import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openDataset } from "../../src/dataset/dataset.js";
import { temporaryFolder, writeDatasetJson } from "./tiny-dataset.js";

test("classes come in order of their ids, with a colour where none is given", async () => {
  await using folder = await temporaryFolder();
  await writeDatasetJson(folder.dir, {
    classes: [
      { id: 1, name: "drone", color: "#ABCDEF" },
      { id: 0, name: "background" },
    ],
  });
  const dataset = await openDataset(folder.dir);
  expect(dataset.classes.map(({ id, name }) => [id, name])).toEqual([
    [0, "background"],
    [1, "drone"],
  ]);
  expect(dataset.classes[0]?.color).toMatch(/^#[0-9a-f]{6}$/);
  expect(dataset.classes[1]?.color).toBe("#ABCDEF");
});

test("the ignore value is 255 where none is given", async () => {
  await using folder = await temporaryFolder();
  await writeDatasetJson(folder.dir, { ignore: undefined });
  expect((await openDataset(folder.dir)).ignoreIndex).toBe(255);
});

test("further keys do no harm", async () => {
  await using folder = await temporaryFolder();
  await writeDatasetJson(folder.dir, { title: "Discs", size: { width: 96 } });
  expect((await openDataset(folder.dir)).name).toBe("discs");
});

test("a folder without dataset.json is told by the file's path", async () => {
  await using folder = await temporaryFolder();
  await expect(openDataset(folder.dir)).rejects.toMatchObject({
    code: "INPUT_UNREADABLE",
    expected: expect.stringContaining(path.join(folder.dir, "dataset.json")),
  });
});

test.each(["{", "", "name: discs"])("%j is no JSON, and the file is named", async (text) => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.dir, "dataset.json"), text);
  await expect(openDataset(folder.dir)).rejects.toMatchObject({
    code: "DATASET_INVALID",
    expected: expect.stringContaining(path.join(folder.dir, "dataset.json")),
  });
});

const named = (...names: string[]) => names.map((name, id) => ({ id, name }));

test.each([
  ["no name", { name: undefined }, /^name: /],
  ["one class", { classes: named("background") }, /^classes: /],
  ["a class without a name", { classes: [{ id: 0, name: "a" }, { id: 1 }] }, /^classes\.1\.name: /],
  ["an id that is no number", { classes: [...named("a"), { id: "1", name: "b" }] }, /^classes\.1\.id: /],
  ["a gap in the ids", { classes: [...named("a"), { id: 2, name: "b" }] }, /^0, 2$/],
  ["an id twice", { classes: [...named("a", "b"), { id: 1, name: "c" }] }, /^0, 1, 1$/],
  ["a name twice", { classes: named("a", "b", "a") }, /^a twice$/],
  [
    "a colour that no manifest takes",
    { classes: [{ id: 0, name: "a", color: "red" }, named("a", "b")[1]] },
    /^classes\.0\.color: /,
  ],
  ["an ignore value that is no byte", { ignore: 256 }, /^ignore: /],
  ["an ignore value that is a class", { ignore: 1 }, /^1, the id of disc$/],
])("%s is refused", async (_, changes, actual) => {
  await using folder = await temporaryFolder();
  await writeDatasetJson(folder.dir, changes);
  await expect(openDataset(folder.dir)).rejects.toMatchObject({
    code: "DATASET_INVALID",
    expected: expect.stringContaining("dataset.json"),
    actual: expect.stringMatching(actual),
  });
});

test("a list instead of an object is refused", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.dir, "dataset.json"), "[]");
  await expect(openDataset(folder.dir)).rejects.toMatchObject({
    code: "DATASET_INVALID",
    actual: expect.stringMatching(/^\(top level\): /),
  });
});
