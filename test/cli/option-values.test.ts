import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { checkOptions, readConfigFile } from "../../src/cli/option-values.js";

const schema = z.strictObject({
  source: z.string().default("tcp://127.0.0.1:5555"),
  silenceMs: z.int().min(1).default(5000),
  encoding: z.enum(["mono8", "rle8"]).default("mono8"),
});

describe("checkOptions", () => {
  test("flags win over the file, the file over the defaults", () => {
    const options = checkOptions(
      schema,
      { silenceMs: 1, source: undefined },
      { silenceMs: 2, encoding: "rle8" },
    );
    expect(options).toEqual({ source: "tcp://127.0.0.1:5555", silenceMs: 1, encoding: "rle8" });
  });

  test.each([
    [{ silenceMs: Number.NaN }, "--silence-ms"],
    [{ silenceMs: 0.5 }, "--silence-ms"],
    [{ encoding: "jpeg" }, "--encoding"],
  ])("%j is USAGE and names the flag", (flags, name) => {
    expect(() => checkOptions(schema, flags)).toThrow(
      expect.objectContaining({ code: "USAGE", expected: expect.stringContaining(name) }),
    );
  });

  test("a wrong value of the file is quoted", () => {
    expect(() => checkOptions(schema, {}, { silenceMs: "soon" })).toThrow(
      expect.objectContaining({ code: "USAGE", actual: '"soon"' }),
    );
  });

  test("a key that no option has is named", () => {
    expect(() => checkOptions(schema, {}, { sauce: "x" })).toThrow(
      expect.objectContaining({ code: "USAGE", actual: "sauce" }),
    );
  });
});

describe("readConfigFile", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mavseg-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    ["no JSON", "{", "USAGE"],
    ["a list", "[]", "USAGE"],
    ["null", "null", "USAGE"],
  ])("%s is refused", async (_, text, code) => {
    const file = path.join(folder, "config.json");
    await writeFile(file, text);
    await expect(readConfigFile(file)).rejects.toMatchObject({ code });
  });

  test("a file that is not there is told", async () => {
    await expect(readConfigFile(path.join(folder, "none"))).rejects.toMatchObject({
      code: "INPUT_UNREADABLE",
    });
  });

  test("an object is given back", async () => {
    const file = path.join(folder, "good.json");
    await writeFile(file, '{"silenceMs": 7}');
    expect(await readConfigFile(file)).toEqual({ silenceMs: 7 });
  });
});
