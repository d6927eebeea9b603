import { describe, expect, test } from "vitest";
import { findLibrary } from "../../src/machine/find-library.js";
import { elfHeader } from "./elf-header.js";
import { madeUpRoot } from "./made-up-root.js";

const CUDA = /^libcuda\.so\.\d+$/;
const x64 = elfHeader("x64");

describe("findLibrary", () => {
  test("the system's folders, by the whole name", () => {
    const root = madeUpRoot({
      "usr/lib/x86_64-linux-gnu/libcuda.so.1": x64,
      "usr/lib/x86_64-linux-gnu/libcuda.so.1.1": x64,
    });
    expect(findLibrary(CUDA, { root, env: {}, architecture: "x64" })).toEqual({
      file: "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
      isOnLoaderPath: true,
    });
  });

  test("LD_LIBRARY_PATH comes first, then what /etc/ld.so.conf and the files that it includes name", () => {
    const root = madeUpRoot({
      "etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
      "etc/ld.so.conf.d/tegra.conf": "# of the board\n/opt/tegra  # all\n",
      "etc/ld.so.conf.d/old.bak": "/opt/old\n",
      "opt/tegra/libcuda.so.1": x64,
      "opt/mine/libcuda.so.1": x64,
    });
    const find = (env: NodeJS.ProcessEnv) => findLibrary(CUDA, { root, env, architecture: "x64" });
    expect(find({})).toEqual({ file: "/opt/tegra/libcuda.so.1", isOnLoaderPath: true });
    expect(find({ LD_LIBRARY_PATH: ":/opt/mine" })?.file).toBe("/opt/mine/libcuda.so.1");
  });

  test("a library aside is found, but the loader would not find it", () => {
    const root = madeUpRoot({ "usr/local/cuda/lib64/libcudart.so.12": x64 });
    expect(findLibrary(/^libcudart\.so\.\d+$/, { root, env: {}, architecture: "x64" })).toEqual({
      file: "/usr/local/cuda/lib64/libcudart.so.12",
      isOnLoaderPath: false,
    });
  });

  test("the newest of several releases", () => {
    const root = madeUpRoot({ "lib/libnvinfer.so.8": x64, "lib/libnvinfer.so.10": x64 });
    expect(findLibrary(/^libnvinfer\.so\.\d+$/, { root, env: {}, architecture: "x64" })?.file).toBe(
      "/lib/libnvinfer.so.10",
    );
  });

  test("a library for another processor, a text and an empty file do not count", () => {
    const root = madeUpRoot({
      "lib/libcuda.so.1": elfHeader("arm64"),
      "lib/libcuda.so.2": "INPUT(libcuda.so.1) is what a linker script says",
      "lib/libcuda.so.3": "",
    });
    expect(findLibrary(CUDA, { root, env: {}, architecture: "x64" })).toBeNull();
  });
});
