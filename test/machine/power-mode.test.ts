import { chmodSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readPowerMode } from "../../src/machine/power-mode.js";
import { madeUpRoot } from "./made-up-root.js";

const CONF =
  "# modes\n< POWER_MODEL ID=0 NAME=15W >\nCPU_ONLINE CORE_0 1\n< POWER_MODEL ID=1 NAME=7W >\n< PM_CONFIG DEFAULT=0 >\n";
const limits = (cpu: string, min: number, max: number) => ({
  [`sys/devices/system/cpu/${cpu}/cpufreq/scaling_min_freq`]: `${min}\n`,
  [`sys/devices/system/cpu/${cpu}/cpufreq/scaling_max_freq`]: `${max}\n`,
});

describe("readPowerMode", () => {
  test("the status file holds the mode's number, the configuration its name", () => {
    const root = madeUpRoot({
      "etc/nvpmodel.conf": CONF,
      "var/lib/nvpmodel/status": "pmode:0001 fmode:fanNull",
    });
    expect(readPowerMode(root)).toEqual({
      mode: { id: 1, name: "7W" },
      modes: [
        { id: 0, name: "15W" },
        { id: 1, name: "7W" },
      ],
      areClocksLocked: null,
    });
  });

  test("without a status file the tool is asked", () => {
    const tool = "#!/bin/sh\ntest \"$1\" = -q && printf 'NV Power Mode: 15W\\n0\\n'\n";
    const root = madeUpRoot({ "etc/nvpmodel.conf": CONF, "usr/sbin/nvpmodel": tool });
    chmodSync(path.join(root, "usr/sbin/nvpmodel"), 0o755);
    expect(readPowerMode(root).mode).toEqual({ id: 0, name: "15W" });
  });

  test("a tool that fails gives no mode", () => {
    const root = madeUpRoot({ "usr/sbin/nvpmodel": "#!/bin/sh\nexit 1\n" });
    chmodSync(path.join(root, "usr/sbin/nvpmodel"), 0o755);
    expect(readPowerMode(root).mode).toBeNull();
  });

  test("clocks are locked where every core's limits meet", () => {
    const locked = { ...limits("cpu0", 1500000, 1500000), ...limits("cpu1", 1700000, 1700000) };
    expect(readPowerMode(madeUpRoot(locked)).areClocksLocked).toBe(true);
    expect(readPowerMode(madeUpRoot({ ...locked, ...limits("cpu2", 100000, 1700000) })).areClocksLocked).toBe(
      false,
    );
  });

  test("a PC has no modes", () => {
    expect(readPowerMode(madeUpRoot())).toEqual({ mode: null, modes: [], areClocksLocked: null });
  });
});
