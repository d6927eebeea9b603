import { describe, expect, test } from "vitest";
import {
  asRoot,
  install,
  missingTools,
  rebuildAddon,
  reinstall,
  restoreModels,
  setUpTraining,
} from "../../src/doctor/commands.js";
import { madeUpPlace } from "./made-up-machine.js";

const installed = madeUpPlace({
  packageRoot: "/srv/drone/node_modules/mavseg",
  workingFolder: "/home/pilot",
});

describe("install", () => {
  test.each([
    ["debian", [], "sudo apt-get install -y libvulkan1"],
    ["linuxmint", ["ubuntu", "debian"], "sudo apt-get install -y libvulkan1"],
    ["fedora", [], "sudo dnf install -y vulkan-loader"],
    ["manjaro", ["arch"], "sudo pacman -S --noconfirm vulkan-icd-loader"],
    ["nixos", [], null],
  ])("on %s, like %j: %s", (id, like, command) => {
    expect(install(madeUpPlace({ distribution: { id, name: id, like } }), "vulkanLoader")).toBe(command);
  });

  test("a system that does not name itself", () => {
    expect(install(madeUpPlace({ distribution: null }), "vulkanLoader")).toBeNull();
  });

  test("a Jetson has NVIDIA's packages, and Debian's for the rest", () => {
    const jetson = madeUpPlace({ isJetson: true });
    expect(install(jetson, "vulkanLoader", "cudaToolkit")).toBe(
      "sudo apt-get install -y libvulkan1 nvidia-jetpack",
    );
  });
});

test("root needs no sudo", () => {
  expect(asRoot(madeUpPlace({ isRoot: true }), "nvpmodel -m 0")).toBe("nvpmodel -m 0");
});

test("in a checkout, npm's scripts; from elsewhere with its path", () => {
  expect(setUpTraining(madeUpPlace())).toBe("npm run setup:training");
  expect(setUpTraining(madeUpPlace({ workingFolder: "/" }))).toBe(
    "npm --prefix /home/pilot/mavseg run setup:training",
  );
  expect(restoreModels(madeUpPlace())).toBe("git -C /home/pilot/mavseg checkout -- models");
});

test("in another project, npm's own commands for that project", () => {
  expect(rebuildAddon(installed)).toMatch(
    /rm -rf \/srv\/drone\/node_modules\/mavseg\/build && npm --prefix \/srv\/drone rebuild mavseg$/,
  );
  expect(reinstall(installed, "sharp")).toBe(
    "rm -rf /srv/drone/node_modules/sharp && npm --prefix /srv/drone install --include=optional",
  );
  expect(restoreModels(installed)).toBe(reinstall(installed, "mavseg"));
});

test("what an addon is built with is looked for in PATH", () => {
  expect(missingTools({ PATH: "/nowhere" })).toEqual(["c++", "make", "python3"]);
  expect(missingTools({ PATH: "/nowhere", CXX: process.execPath, PYTHON: "python9" })).toEqual([
    "make",
    "python9",
  ]);
});
