import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readElf } from "../../scripts/prebuild/elf.mjs";

/** A dependency that brings addons for both processors. */
const ORT = path.resolve(createRequire(import.meta.url).resolve("onnxruntime-node"), "../..");

function addon(arch: string): Buffer {
  return readFileSync(path.join(ORT, "bin/napi-v6/linux", arch, "onnxruntime_binding.node"));
}

describe.each(["x64", "arm64"])("an addon for %s", (arch) => {
  const elf = readElf(addon(arch));

  test("tells its processor", () => {
    expect(elf.arch).toBe(arch);
  });

  test("names the libraries that it needs", () => {
    expect(elf.libraries).toContain("libonnxruntime.so.1");
    expect(elf.libraries).toContain("libc.so.6");
  });

  test("gives the version of each symbol of a library", () => {
    const memcpy = elf.imports.find(({ name }) => name === "memcpy");
    expect(memcpy).toEqual({
      name: "memcpy",
      version: arch === "x64" ? "GLIBC_2.14" : "GLIBC_2.17",
      isWeak: false,
    });
  });

  test("gives no version to Node's symbols", () => {
    const create = elf.imports.find(({ name }) => name === "napi_create_object");
    expect(create).toEqual({ name: "napi_create_object", version: undefined, isWeak: false });
  });

  test("names what it exports and not what it imports", () => {
    expect(elf.exports).toContain("napi_register_module_v1");
    expect(elf.exports).not.toContain("napi_create_object");
  });
});

test("refuses what is no ELF file", () => {
  expect(() => readElf(Buffer.from("#!/bin/sh\n".repeat(20)))).toThrow("not an ELF file");
});

test("refuses a file that is cut off", () => {
  const whole = addon("x64");
  expect(() => readElf(whole.subarray(0, whole.length / 2))).toThrow("cut off");
});

test("refuses a file of 32 bits", () => {
  const narrow = Buffer.from(addon("x64").subarray(0, 64));
  narrow[4] = 1;
  expect(() => readElf(narrow)).toThrow("64 bits");
});
