import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ERRORS, MavsegError } from "../src/errors.js";

const document = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
const sections = [...document.matchAll(/^## (\S+)$/gm)].map((match) => match[1]!);

describe("docs/errors.md", () => {
  test("explains every code of the table, and no other", () => {
    expect([...sections].sort()).toEqual(Object.keys(ERRORS).sort());
  });

  test("is in alphabetical order", () => {
    expect(sections).toEqual([...sections].sort());
  });

  test.each(sections)("says something under %s", (code) => {
    const text = document.split(`## ${code}\n`)[1]!.split("\n## ")[0]!.trim();
    expect(text.length).toBeGreaterThan(40);
  });
});

test("an error's message holds what is wrong, what was expected and what came", () => {
  const cause = new Error("below");
  const error = new MavsegError("FRAME_INVALID", { expected: "3840 bytes", actual: "12 bytes", cause });
  expect(error.message).toBe(`${ERRORS.FRAME_INVALID.summary} Expected 3840 bytes. Got 12 bytes.`);
  expect(error).toMatchObject({ code: "FRAME_INVALID", hint: ERRORS.FRAME_INVALID.hint, exitCode: 1, cause });
});

test("a more exact hint replaces the table's", () => {
  expect(new MavsegError("USAGE", { hint: "turn it round" }).hint).toBe("turn it round");
});
