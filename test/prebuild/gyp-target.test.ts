import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeApiVersion, readGypTarget } from "../../scripts/prebuild/gyp-target.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");

describe("the project's binding.gyp", () => {
  test("names sources and include folders that are there", async () => {
    const target = await readGypTarget(ROOT);
    const files = [...target.sources.map((source) => path.join(ROOT, source)), ...target.includes];
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  test("keeps multiplication and addition apart, so that all processors compute the same", async () => {
    expect((await readGypTarget(ROOT)).flags).toContain("-ffp-contract=off");
  });

  test("declares the Node-API version of Node 20", async () => {
    expect(nodeApiVersion(await readGypTarget(ROOT))).toBe(8);
  });
});

describe("another binding.gyp", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mavseg-gyp-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const write = (keys: string) =>
    writeFile(
      path.join(folder, "binding.gyp"),
      `{ 'targets': [{ # a comment
        'target_name': 'other', 'sources': ["a.cc"], 'defines': [], 'cflags_cc': ['-O3'], ${keys}
        'libraries': [], 'include_dirs': ['include'], }] }`,
    );

  test("is read with comments, either quotes and trailing commas", async () => {
    await write("");
    expect(await readGypTarget(folder)).toEqual({
      name: "other",
      sources: ["a.cc"],
      defines: [],
      flags: ["-O3"],
      libraries: [],
      includes: [path.join(folder, "include")],
    });
  });

  test("is refused where it holds what would be left out", async () => {
    await write("'conditions': [],");
    await expect(readGypTarget(folder)).rejects.toThrow("has conditions, expected nothing but");
  });
});

test("a target without a Node-API version is refused", () => {
  expect(() => nodeApiVersion({ defines: ["NDEBUG"] })).toThrow("NAPI_VERSION");
});
