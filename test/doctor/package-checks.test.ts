import { expect, test } from "vitest";
import { checkPackage } from "../../src/doctor/package-checks.js";
import { madeUpPlace } from "./made-up-machine.js";

test("a package that works has a release", () => {
  const outcome = { state: "answered", value: { release: "0.35.5" } } as const;
  expect(checkPackage("sharp", outcome, madeUpPlace())).toMatchObject({ state: "ok", found: "0.35.5" });
});

test("one that does not is installed again, with its parts for this platform", () => {
  const outcome = {
    state: "failed",
    code: null,
    reason: "Could not load the module\nmore",
    hint: null,
  } as const;
  expect(checkPackage("sharp", outcome, madeUpPlace())).toEqual({
    id: "sharp",
    name: "sharp",
    state: "wrong",
    found: "does not work: Could not load the module",
    mend: "rm -rf /home/pilot/mavseg/node_modules/sharp && npm install --include=optional",
  });
});
