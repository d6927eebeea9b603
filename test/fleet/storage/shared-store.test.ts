import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SharedStore } from "../../../src/fleet/storage/shared-store.js";

let out: string;
beforeEach(async () => {
  out = path.join(await mkdtemp(path.join(tmpdir(), "mavseg-store-")), "flight");
});
afterEach(async () => {
  await rm(path.dirname(out), { recursive: true });
});

async function folderWith(store: SharedStore, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await store.newFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

describe("results on shared storage", () => {
  test("keep the first of two same chunks, and leave nothing of the second", async () => {
    const store = new SharedStore(out, "key");
    expect(await store.hasChunk(3)).toBe(false);
    await store.keepChunk(3, await folderWith(store, { "chunk.json": "first" }));
    await store.keepChunk(3, await folderWith(store, { "chunk.json": "second" }));
    expect(await store.hasChunk(3)).toBe(true);
    expect(await readdir(path.join(out, "unfinished/key"))).toEqual(["chunks"]);
    await store.takeChunk(3, () => path.join(out, "taken"));
    expect(await readFile(path.join(out, "taken"), "utf8")).toBe("first");
  });

  test("leave a chunk in its place when it is taken, for a join that begins again", async () => {
    const store = new SharedStore(out, "key");
    await store.keepChunk(
      0,
      await folderWith(store, { "chunk.json": "{}", "final/masks/000000.png": "png" }),
    );
    for (const to of ["a", "b"]) {
      const taken: string[] = [];
      await store.takeChunk(0, (file) => {
        taken.push(file);
        return path.join(out, to, file);
      });
      expect(taken).toEqual(["chunk.json", "final/masks/000000.png"]);
    }
  });

  test("take the place of earlier outputs, and go with what was unfinished", async () => {
    await mkdir(path.join(out, "masks"), { recursive: true });
    await writeFile(path.join(out, "masks/old.png"), "old");
    await writeFile(path.join(out, "video.json"), "old");
    const store = new SharedStore(out, "key");
    await store.publish(await folderWith(store, { "masks/new.png": "new", "video.json": "new" }));
    expect((await readdir(out)).sort()).toEqual(["masks", "video.json"]);
    expect(await readdir(path.join(out, "masks"))).toEqual(["new.png"]);
    expect(await store.finishedPlan()).toBe("new");
  });

  test("stay where they are when another worker was faster", async () => {
    const [first, second] = [new SharedStore(out, "key"), new SharedStore(out, "key")];
    const mine = await folderWith(first, { "masks/a.png": "a", "video.json": "plan" });
    const theirs = await folderWith(second, { "masks/a.png": "a", "video.json": "plan" });
    await first.publish(mine);
    await expect(second.publish(theirs)).rejects.toThrow();
    expect((await readdir(out)).sort()).toEqual(["masks", "video.json"]);
    expect(await readFile(path.join(out, "masks/a.png"), "utf8")).toBe("a");
  });

  test("leave the unfinished work of another batch alone", async () => {
    const other = new SharedStore(out, "other");
    await other.keepChunk(0, await folderWith(other, { "chunk.json": "{}" }));
    const store = new SharedStore(out, "key");
    await store.publish(await folderWith(store, { "video.json": "plan" }));
    expect(await other.hasChunk(0)).toBe(true);
    expect(await store.isBegun()).toBe(false);
  });
});
