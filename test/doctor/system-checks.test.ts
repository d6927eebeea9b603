import { describe, expect, test } from "vitest";
import {
  checkCacheFolder,
  checkHeat,
  checkLoad,
  checkMemory,
  checkSystem,
  isAtLeast,
} from "../../src/doctor/system-checks.js";
import { madeUpMachine, madeUpPlace, ORIN } from "./made-up-machine.js";

const GIB = 2 ** 30;
const COOL = { sensors: [{ name: "cpu-thermal", celsius: 50 }], missing: null };
const FREE = { counters: [], slowed: [], missing: null };

function check(id: string, machine = madeUpMachine(), place = madeUpPlace()) {
  return checkSystem(machine, place).find((one) => one.id === id);
}

test.each([
  ["20.9.0", "20.9.0", true],
  ["20.10.0", "20.9.0", true],
  ["22", "20.9.0", true],
  ["20.8.9", "20.9.0", false],
  ["2.4", "2.28", false],
])("release %s is at least %s: %s", (version, least, answer) => {
  expect(isAtLeast(version, least)).toBe(answer);
});

describe("checkSystem", () => {
  test("a recent Node and glibc are as they should be", () => {
    expect(check("node")).toMatchObject({ state: "ok", found: "22.11.0", mend: null });
    expect(check("glibc")).toMatchObject({ state: "ok", found: "2.36", mend: null });
  });

  test("an old Node is wrong and a newer one is to be had", () => {
    const old = madeUpMachine({ versions: { node: "18.19.1" } });
    expect(check("node", old)).toMatchObject({ state: "wrong", mend: "nvm install 22" });
  });

  test("another C library is wrong, and only a container brings glibc", () => {
    const musl = check("glibc", madeUpMachine({ versions: { glibc: null } }));
    expect(musl).toMatchObject({ state: "wrong", mend: expect.stringMatching(/^docker run /) });
  });

  test("the board is named with its processor and systems", () => {
    expect(check("board", madeUpMachine(ORIN))?.found).toBe(
      "NVIDIA Jetson Orin Nano Developer Kit, Fast 9000 (4 cores), avx2, Ubuntu 22.04, Linux 6.1.0, L4T 36.4.3",
    );
  });

  test("a power mode below the strongest is noted, with the command that sets that one", () => {
    const modes = [
      { id: 0, name: "15W" },
      { id: 2, name: "MAXN_SUPER" },
    ];
    const machine = madeUpMachine({ ...ORIN, powerMode: { mode: modes[0]!, modes, areClocksLocked: true } });
    expect(check("power", machine)).toMatchObject({
      state: "note",
      found: "mode 0 (15W), clocks locked; MAXN_SUPER is faster",
      mend: "sudo nvpmodel -m 2",
    });
  });

  test("clocks that change are noted: jetson_clocks on a Jetson, the governor elsewhere", () => {
    const processor = { clocks: [{ name: "cpu0", currentMHz: 1, maxMHz: 2, governor: "schedutil" }] };
    const powerMode = {
      mode: { id: 0, name: "MAXN" },
      modes: [{ id: 0, name: "MAXN" }],
      areClocksLocked: false,
    };
    const jetson = madeUpMachine({ ...ORIN, processor, powerMode });
    expect(check("power", jetson)).toMatchObject({ state: "note", mend: "sudo jetson_clocks" });
    expect(check("power", madeUpMachine({ processor }))).toMatchObject({
      state: "note",
      mend: "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
    });
  });

  test("the governor performance is as it should be", () => {
    const processor = { clocks: [{ name: "cpu0", currentMHz: 1, maxMHz: 2, governor: "performance" }] };
    expect(check("power", madeUpMachine({ processor }))).toMatchObject({ state: "ok", mend: null });
  });
});

describe("checkHeat", () => {
  test("the hottest sensor is told", () => {
    const sensors = [...COOL.sensors, { name: "gpu-thermal", celsius: 61.25 }];
    expect(checkHeat({ sensors, missing: null }, FREE)).toMatchObject({
      state: "ok",
      found: "61.3 °C (gpu-thermal)",
    });
  });

  test("heat and what it slows down are noted", () => {
    const hot = { sensors: [{ name: "tj-thermal", celsius: 97 }], missing: null };
    expect(checkHeat(hot, FREE).state).toBe("note");
    const slowed = [{ name: "cpufreq-cpu0", state: 2, maxState: 10 }];
    expect(checkHeat(COOL, { ...FREE, slowed, counters: [{ name: "oc1", events: 3 }] })).toMatchObject({
      state: "note",
      found: "50.0 °C (cpu-thermal); slowed down by heat: cpufreq-cpu0; throttled 3 times since the start",
    });
  });

  test("no sensor is no fault", () => {
    expect(checkHeat({ sensors: [], missing: "none here" }, FREE)).toMatchObject({
      state: "ok",
      found: "none here",
    });
  });
});

describe("checkMemory", () => {
  test("enough memory, within the limit of a container", () => {
    const memory = { totalBytes: 8 * GIB, availableBytes: GIB, swapTotalBytes: 0, limitBytes: 2 * GIB };
    expect(checkMemory(memory)).toMatchObject({
      state: "ok",
      found: "1.0 GiB of 2.0 GiB, the limit of this container or service",
    });
  });

  test("too little memory is wrong, and who has it is to be seen", () => {
    const memory = { totalBytes: 8 * GIB, availableBytes: 1e8, swapTotalBytes: 0, limitBytes: null };
    expect(checkMemory(memory)).toMatchObject({ state: "wrong", mend: expect.stringMatching(/^ps /) });
  });
});

describe("checkCacheFolder", () => {
  const disk = { folder: "/cache", freeBytes: 4 * GIB, totalBytes: 8 * GIB, unwritable: null };

  test("space and a folder to write", () => {
    expect(checkCacheFolder(disk)).toMatchObject({ state: "ok", found: "/cache, 4.0 GiB free" });
  });

  test("a folder that cannot be written is wrong, and another one can be named", () => {
    expect(checkCacheFolder({ ...disk, unwritable: "EROFS" })).toMatchObject({
      state: "wrong",
      mend: expect.stringMatching(/^export MAVSEG_CACHE=/),
    });
  });

  test("a full disk is wrong", () => {
    expect(checkCacheFolder({ ...disk, freeBytes: 1e6 }).state).toBe("wrong");
  });
});

describe("checkLoad", () => {
  const quiet = { average: [0.5, 0.5, 0.5] as [number, number, number], busyShare: 0.1, stealShare: 0 };

  test("a quiet machine", () => {
    expect(checkLoad(quiet, 4).state).toBe("ok");
  });

  test("what else runs, here or beside this machine on its host, is noted", () => {
    expect(checkLoad({ ...quiet, average: [3.5, 1, 1] }, 4).state).toBe("note");
    expect(checkLoad({ ...quiet, stealShare: 0.1 }, 4)).toMatchObject({
      state: "note",
      found: expect.stringMatching(/10 % taken by other guests/),
    });
  });
});
