import { expect, test } from "vitest";
import { checkPackage, checkTurbojpeg } from "../../src/doctor/package-checks.js";
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

test("libjpeg-turbo is named by its file", () => {
  const outcome = { state: "answered", value: { file: "/lib/libturbojpeg.so.0", reason: null } } as const;
  expect(checkTurbojpeg(outcome, madeUpPlace())).toMatchObject({
    state: "ok",
    found: "/lib/libturbojpeg.so.0",
    mend: null,
  });
});

test("without it nothing is broken, and its package would bring speed", () => {
  const outcome = { state: "answered", value: { file: null, reason: "no such file" } } as const;
  expect(checkTurbojpeg(outcome, madeUpPlace())).toEqual({
    id: "turbojpeg",
    name: "libjpeg-turbo",
    state: "note",
    found: "sharp decodes JPEG frames, at half the speed: no such file",
    mend: "sudo apt-get install -y libturbojpeg0",
  });
  expect(checkTurbojpeg(null, madeUpPlace())).toMatchObject({ state: "note", mend: null });
});

test("Ubuntu and what is made of it have another name for its package", () => {
  const place = madeUpPlace({
    distribution: { id: "linuxmint", name: "Linux Mint", like: ["ubuntu", "debian"] },
  });
  const outcome = { state: "answered", value: { file: null, reason: "no such file" } } as const;
  expect(checkTurbojpeg(outcome, place).mend).toBe("sudo apt-get install -y libturbojpeg");
});
