import { describe, expect, test } from "vitest";
import { compareVersions, faultsOf } from "../../scripts/prebuild/check-addon.mjs";
import type { Elf, ElfImport } from "../../scripts/prebuild/elf.mjs";

const NODE_API = new Set(["napi_create_object", "napi_throw"]);
const EXPORTS = ["napi_register_module_v1", "node_api_module_get_api_version_v1"];

function imported(name: string, version?: string, isWeak = false): ElfImport {
  return { name, version, isWeak };
}

function faults(change: Partial<Elf>): string[] {
  const sound: Elf = {
    arch: "arm64",
    libraries: ["libc.so.6", "libdl.so.2", "ld-linux-aarch64.so.1"],
    imports: [
      imported("memcpy", "GLIBC_2.17"),
      imported("napi_create_object"),
      imported("__gmon_start__", undefined, true),
    ],
    exports: EXPORTS,
  };
  return faultsOf({ ...sound, ...change }, "arm64", NODE_API);
}

test("a sound addon has no faults", () => {
  expect(faults({})).toEqual([]);
});

test("the newest allowed versions have none", () => {
  const imports = [
    imported("a", "GLIBC_2.28"),
    imported("b", "GLIBCXX_3.4.28"),
    imported("c", "CXXABI_1.3.12"),
    imported("d", "GCC_7.0.0"),
  ];
  expect(faults({ imports })).toEqual([]);
});

test.each([
  ["pthread_getattr_np", "GLIBC_2.32", "GLIBC_2.28"],
  ["memcpy", "GLIBC_2.100", "GLIBC_2.28"],
  ["_ZSt4cout", "GLIBCXX_3.4.29", "GLIBCXX_3.4.28"],
  ["__cxa_call_terminate", "CXXABI_1.3.13", "CXXABI_1.3.12"],
  ["__divtc3", "GCC_13.0.0", "GCC_7.0.0"],
])("%s of %s is too new", (name, version, newest) => {
  expect(faults({ imports: [imported(name, version)] })).toEqual([
    `${name}: expected at most ${newest}, needs ${version}`,
  ]);
});

test("a version of an unknown kind is a fault", () => {
  expect(faults({ imports: [imported("jpeg_read", "LIBJPEG_6.2")] })[0]).toContain("LIBJPEG_6.2");
});

test.each(["uv_queue_work", "_ZN2v87Isolate10GetCurrentEv", "node_api_symbol_for"])(
  "%s is not of the declared Node-API version",
  (name) => {
    expect(faults({ imports: [imported(name)] })).toEqual([
      `${name}: expected functions of libraries or of the declared Node-API version, this is neither`,
    ]);
  },
);

test("a library that the user would have to install is a fault", () => {
  expect(faults({ libraries: ["libc.so.6", "libjpeg.so.62"] })).toEqual([
    "expected the system's libraries alone, needs libjpeg.so.62",
  ]);
});

test("code for another processor is a fault", () => {
  expect(faults({ arch: "x64" })).toEqual(["expected code for arm64, found x64"]);
});

test("an exported C++ runtime is a fault", () => {
  expect(faults({ exports: [...EXPORTS, "__cxa_throw"] })[0]).toContain("exports __cxa_throw too");
});

test("an addon that does not register itself is a fault", () => {
  expect(faults({ exports: [] })).toEqual(["expected to export napi_register_module_v1, does not"]);
});

describe("versions", () => {
  test.each([
    ["2.9", "2.28", -1],
    ["2.28", "2.28", 0],
    ["2.28", "2.28.0", 0],
    ["2.28.1", "2.28", 1],
    ["3.4.9", "3.4.28", -1],
  ])("%s against %s", (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});
