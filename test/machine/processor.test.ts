import { describe, expect, test } from "vitest";
import { readProcessor } from "../../src/machine/processor.js";
import { madeUpRoot } from "./made-up-root.js";

const CPUS = "sys/devices/system/cpu";

describe("readProcessor", () => {
  test("a PC: model, features among all flags, two threads of a core as one, clocks", () => {
    const record = (id: number) =>
      `processor\t: ${id}\nmodel name\t: Fast 9000\ncpu MHz\t\t: 1800.5\nflags\t\t: fpu fma avx2 avx512f avx512_vnni amx_int8 avx512fake\n`;
    const root = madeUpRoot({
      "proc/cpuinfo": `${record(0)}\n${record(1)}\n`,
      [`${CPUS}/cpu0/topology/thread_siblings_list`]: "0-1\n",
      [`${CPUS}/cpu0/cpufreq/scaling_cur_freq`]: "2400000\n",
      [`${CPUS}/cpu0/cpufreq/scaling_max_freq`]: "3600000\n",
      [`${CPUS}/cpu0/cpufreq/scaling_governor`]: "powersave\n",
      [`${CPUS}/cpu1/topology/thread_siblings_list`]: "0-1\n",
      [`${CPUS}/cpuidle/current_driver`]: "none\n",
    });
    expect(readProcessor(root, "x64")).toEqual({
      model: "Fast 9000",
      architecture: "x64",
      cores: 1,
      threads: 2,
      features: ["fma", "avx2", "avx512f", "avx512_vnni", "amx_int8"],
      clocks: [
        { name: "cpu0", currentMHz: 2400, maxMHz: 3600, governor: "powersave" },
        { name: "cpu1", currentMHz: 1800.5, maxMHz: null, governor: null },
      ],
    });
  });

  test("an Orin: the model by Arm's numbers, a core that the power mode switched off left out", () => {
    const record = (id: number) =>
      `processor\t: ${id}\nFeatures\t: fp asimd evtstrm fphp asimdhp asimddp\nCPU implementer\t: 0x41\nCPU part\t: 0xd42\n`;
    const root = madeUpRoot({
      "proc/cpuinfo": `${record(0)}\n${record(1)}\n`,
      [`${CPUS}/cpu0/topology/thread_siblings_list`]: "0\n",
      [`${CPUS}/cpu1/topology/thread_siblings_list`]: "1\n",
      [`${CPUS}/cpu1/online`]: "1\n",
      [`${CPUS}/cpu2/online`]: "0\n",
    });
    const processor = readProcessor(root, "arm64");
    expect(processor).toMatchObject({ model: "Cortex-A78AE", cores: 2, threads: 2 });
    expect(processor.features).toEqual(["asimd", "fphp", "asimdhp", "asimddp"]);
    expect(processor.clocks.map(({ name }) => name)).toEqual(["cpu0", "cpu1"]);
  });

  test("big and little cores are both named, unknown ones by their numbers", () => {
    const record = (id: number, part: string) =>
      `processor\t: ${id}\nCPU implementer\t: 0x41\nCPU part\t: ${part}\n`;
    const root = madeUpRoot({ "proc/cpuinfo": `${record(0, "0xd05")}\n${record(1, "0xfff")}\n` });
    expect(readProcessor(root).model).toBe("Cortex-A55 + arm core 0x41:0xfff");
  });

  test("nothing to read", () => {
    expect(readProcessor(madeUpRoot(), "arm64")).toEqual({
      model: null,
      architecture: "arm64",
      cores: 0,
      threads: 0,
      features: [],
      clocks: [],
    });
  });
});
