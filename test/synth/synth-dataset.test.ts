import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkSplit } from "../../src/dataset/check-split.js";
import { openDataset } from "../../src/dataset/dataset.js";
import { listSplit } from "../../src/dataset/split.js";
import { type SynthDatasetOptions, writeSynthDataset } from "../../src/synth/synth-dataset.js";

let dir: string;
let out: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-synth-"));
  out = path.join(dir, "flights");
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function write(options: Partial<SynthDatasetOptions> = {}): Promise<void> {
  const frames = { train: 3, val: 1, test: 0 };
  return writeSynthDataset({ out, seed: 1, frames, width: 96, height: 64, framesPerFlight: 2, ...options });
}

async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
  const read = async (file: string) => [path.relative(folder, file), (await readFile(file)).toString("hex")];
  return Object.fromEntries(await Promise.all(files.sort().map(read)));
}

describe("writeSynthDataset", () => {
  test("writes a data set that opens and checks", async () => {
    await write();
    const dataset = await openDataset(out);
    expect(dataset.classes.map(({ name }) => name)).toEqual(["background", "drone"]);
    const train = await listSplit(dataset, "train");
    expect(train.map(({ name }) => name)).toEqual(["flight000_00000", "flight000_00001", "flight001_00000"]);
    expect(await checkSplit(dataset, train)).toMatchObject({ frames: 3 });
    expect(await checkSplit(dataset, await listSplit(dataset, "val"))).toMatchObject({ frames: 1 });
    expect((await readdir(out)).sort()).toEqual(["dataset.json", "train", "val"]);
  });

  test("the same seed gives the same bytes in every file, another one others", async () => {
    await write();
    const first = await contents(out);
    await write({ force: true });
    expect(await contents(out)).toEqual(first);
    await write({ force: true, seed: 2 });
    expect((await contents(out))["train/images/flight000_00000.jpg"]).not.toBe(
      first["train/images/flight000_00000.jpg"],
    );
  });

  test("train and val are different flights", async () => {
    await write();
    const files = await contents(out);
    expect(files["val/images/flight000_00000.jpg"]).not.toBe(files["train/images/flight000_00000.jpg"]);
  });

  test("a data set that is there is kept without force", async () => {
    await write();
    const first = await contents(out);
    await expect(write({ seed: 2 })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
    expect(await contents(out)).toEqual(first);
  });

  test("a foreign folder is kept even with force", async () => {
    await mkdir(out);
    await writeFile(path.join(out, "thesis.txt"), "years of work");
    await expect(write({ force: true })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
    expect(await readdir(out)).toEqual(["thesis.txt"]);
  });

  test("an aborted drawing leaves nothing behind", async () => {
    const controller = new AbortController();
    const drawing = write({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(drawing).rejects.toThrow(/abort/i);
    expect(await readdir(dir)).toEqual([]);
  });

  test("a folder that cannot be made is told of", async () => {
    await writeFile(path.join(dir, "file"), "");
    await expect(write({ out: path.join(dir, "file", "flights") })).rejects.toMatchObject({
      code: "OUTPUT_UNWRITABLE",
    });
  });
});
