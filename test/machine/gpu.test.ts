import { describe, expect, test } from "vitest";
import { readGpu } from "../../src/machine/gpu.js";
import { madeUpRoot } from "./made-up-root.js";

describe("readGpu", () => {
  test("a PC with NVIDIA's driver, open or not", () => {
    const root = madeUpRoot({
      "sys/bus/pci/devices/0000:00:1f.0/class": "0x060100\n",
      "sys/bus/pci/devices/0000:01:00.0/class": "0x030000\n",
      "sys/bus/pci/devices/0000:01:00.0/vendor": "0x10de\n",
      "sys/bus/pci/devices/0000:01:00.0/device": "0x2684\n",
      "proc/driver/nvidia/version":
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build  (root@host)  \nGCC version: 12.2.0\n",
      "proc/driver/nvidia/gpus/0000:01:00.0/information":
        "Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 91\n",
      "dev/nvidia0": "",
      "dev/nvidiactl": "",
      "dev/dri/renderD128": "",
      "dev/dri/card0": "",
    });
    expect(readGpu(root)).toEqual({
      pci: [{ address: "0000:01:00.0", vendor: "0x10de", device: "0x2684" }],
      nvidiaDriver: "550.54.15",
      nvidiaModels: ["NVIDIA GeForce RTX 4090"],
      deviceFiles: ["/dev/nvidia0", "/dev/nvidiactl", "/dev/dri/renderD128"],
      jetsonClock: null,
    });
  });

  test("the closed driver writes its release elsewhere in the line", () => {
    const text = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.223.02  Sat Oct  7 15:39:11 UTC 2023\n";
    expect(readGpu(madeUpRoot({ "proc/driver/nvidia/version": text })).nvidiaDriver).toBe("470.223.02");
  });

  test("an Orin's GPU is not on the PCI bus", () => {
    const clock = "sys/class/devfreq/17000000.gpu";
    const root = madeUpRoot({
      "dev/nvhost-gpu": "",
      "dev/nvgpu/igpu0": "",
      [`${clock}/cur_freq`]: "306000000\n",
      [`${clock}/min_freq`]: "306000000\n",
      [`${clock}/max_freq`]: "624750000\n",
      "sys/class/devfreq/15340000.vic/cur_freq": "1\n",
    });
    expect(readGpu(root)).toEqual({
      pci: [],
      nvidiaDriver: null,
      nvidiaModels: [],
      deviceFiles: ["/dev/nvhost-gpu", "/dev/nvgpu/igpu0"],
      jetsonClock: { name: "17000000.gpu", currentMHz: 306, minMHz: 306, maxMHz: 624.75 },
    });
  });

  test("no GPU", () => {
    expect(readGpu(madeUpRoot())).toEqual({
      pci: [],
      nvidiaDriver: null,
      nvidiaModels: [],
      deviceFiles: [],
      jetsonClock: null,
    });
  });
});
