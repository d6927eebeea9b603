import { describe, expect, test } from "vitest";
import { readBoard } from "../../src/machine/board.js";
import { madeUpRoot } from "./made-up-root.js";

describe("readBoard", () => {
  test("a Jetson is told by its device tree, whose texts end with a zero byte", () => {
    const root = madeUpRoot({
      "proc/device-tree/model": "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super\0",
      "proc/device-tree/compatible":
        "nvidia,p3768-0000+p3767-0005-super\0nvidia,p3767-0005\0nvidia,tegra234\0",
    });
    expect(readBoard(root)).toEqual({
      model: "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super",
      compatible: ["nvidia,p3768-0000+p3767-0005-super", "nvidia,p3767-0005", "nvidia,tegra234"],
      isJetson: true,
    });
  });

  test("another board has a name and is no Jetson", () => {
    const root = madeUpRoot({
      "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
      "proc/device-tree/compatible": "raspberrypi,5-model-b\0brcm,bcm2712\0",
    });
    expect(readBoard(root)).toEqual({
      model: "Raspberry Pi 5 Model B Rev 1.0",
      compatible: ["raspberrypi,5-model-b", "brcm,bcm2712"],
      isJetson: false,
    });
  });

  test("in a container, which hides the device tree, the chip's family tells a Jetson", () => {
    const root = madeUpRoot({ "sys/devices/soc0/family": "Tegra\n" });
    expect(readBoard(root)).toEqual({ model: null, compatible: [], isJetson: true });
  });

  test("a PC has no device tree", () => {
    expect(readBoard(madeUpRoot())).toEqual({ model: null, compatible: [], isJetson: false });
  });
});
