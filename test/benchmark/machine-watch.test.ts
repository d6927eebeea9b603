import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { DisturbanceSum, isQuiet, MachineWatch } from "../../src/benchmark/machine-watch.js";
import { madeUpRoot } from "../machine/made-up-root.js";

const CPU0 = "sys/devices/system/cpu/cpu0";
const RAIL = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon0";

/** A machine whose files can be changed, and a clock that is moved by hand. */
function machine(files: Readonly<Record<string, string>>) {
  const root = madeUpRoot(files);
  const clock = { ms: 0 };
  return {
    watch: new MachineWatch(root, () => clock.ms),
    clock,
    set: (file: string, text: string) => writeFileSync(path.join(root, file), text),
  };
}

/** user, nice, system, idle, iowait, irq, softirq, steal */
const stat = (busy: number, idle: number, steal: number) => `cpu  ${busy} 0 0 ${idle} 0 0 0 ${steal} 0 0\n`;

describe("a watch", () => {
  test("looks at heat, clocks and load once a second, from the first turn on", () => {
    const { watch, clock, set } = machine({
      "proc/stat": stat(0, 0, 0),
      "sys/class/thermal/thermal_zone0/type": "cpu-thermal",
      "sys/class/thermal/thermal_zone0/temp": "40000",
      [`${CPU0}/cpufreq/scaling_cur_freq`]: "1500000",
    });
    clock.ms = 5000;
    watch.beginTurn();
    clock.ms = 5900;
    watch.look();
    set("proc/stat", stat(60, 30, 10));
    set("sys/class/thermal/thermal_zone0/temp", "45000");
    clock.ms = 6000;
    watch.look();
    watch.endTurn();
    expect(watch.end().timeline).toEqual([
      { ms: 0, maxCelsius: 40, meanMHz: 1500, busyShare: null, stealShare: null, milliwatts: null },
      { ms: 1000, maxCelsius: 45, meanMHz: 1500, busyShare: 0.6, stealShare: 0.1, milliwatts: null },
    ]);
  });

  test("keeps every other moment of a run that takes long", () => {
    const { watch, clock } = machine({});
    watch.beginTurn();
    for (let second = 1; second <= 1300; second++) {
      clock.ms = second * 1000;
      watch.look();
    }
    watch.endTurn();
    const { timeline } = watch.end();
    expect(timeline.length).toBeLessThan(600);
    expect(timeline.length).toBeGreaterThanOrEqual(300);
    const steps = timeline.slice(1).map(({ ms }, index) => ms - timeline[index]!.ms);
    expect(new Set(steps)).toEqual(new Set([4000]));
  });

  test("adds up a turn's energy and hands over what the cores did in it", () => {
    const { watch, clock, set } = machine({
      "proc/stat": stat(10, 10, 0),
      [`${RAIL}/in1_label`]: "VDD_IN",
      [`${RAIL}/in1_input`]: "5000",
      [`${RAIL}/curr1_input`]: "1000",
    });
    expect(watch.energySource).toEqual({ name: "VDD_IN", missing: null });
    watch.beginTurn();
    clock.ms = 100;
    watch.look();
    set("proc/stat", stat(30, 10, 0));
    clock.ms = 200;
    expect(watch.endTurn()).toEqual({
      energy: { millijoules: 1000, ms: 200 },
      energyReadings: [
        { atMs: 100, millijoules: 500 },
        { atMs: 200, millijoules: 1000 },
      ],
      times: { before: { busy: 10, steal: 0, total: 20 }, after: { busy: 30, steal: 0, total: 40 } },
    });
  });

  test("says what was slowed down, and which counters went up", () => {
    const { watch, clock, set } = machine({
      [`${CPU0}/thermal_throttle/core_throttle_count`]: "3",
      [`${CPU0}/thermal_throttle/package_throttle_count`]: "7",
      "sys/class/thermal/cooling_device0/type": "cpufreq-cpu0",
      "sys/class/thermal/cooling_device0/cur_state": "0",
    });
    watch.beginTurn();
    set("sys/class/thermal/cooling_device0/cur_state", "2");
    clock.ms = 1000;
    watch.look();
    set("sys/class/thermal/cooling_device0/cur_state", "0");
    set(`${CPU0}/thermal_throttle/core_throttle_count`, "5");
    watch.endTurn();
    expect(watch.end().throttled).toEqual(["cpufreq-cpu0", "cpu0 core: 2 times"]);
  });
});

describe("disturbance", () => {
  const times = (busy: number, steal: number, total: number) => ({
    before: { busy: 0, steal: 0, total: 0 },
    after: { busy, steal, total },
  });

  test("is what others took, beside the measured process", () => {
    const sum = new DisturbanceSum();
    // 100 ticks of a hundredth of a second; 30 busy, of which 200 ms are our own.
    sum.add(times(30, 5, 100), 200);
    expect(sum.result()).toEqual({ stealShare: 0.05, othersShare: 0.1 });
    sum.add(times(20, 0, 100), 210);
    expect(sum.result().othersShare).toBeCloseTo(0.045, 12);
  });

  test("is unknown where the kernel does not tell, and the machine does not count as quiet", () => {
    const sum = new DisturbanceSum();
    sum.add({ before: null, after: null }, 100);
    expect(sum.result()).toEqual({ stealShare: null, othersShare: null });
    expect(isQuiet(sum.result())).toBe(false);
  });

  test("is quiet up to a hundredth of steal and a twentieth of others", () => {
    expect(isQuiet({ stealShare: 0.01, othersShare: 0.05 })).toBe(true);
    expect(isQuiet({ stealShare: 0.011, othersShare: 0 })).toBe(false);
    expect(isQuiet({ stealShare: 0, othersShare: 0.051 })).toBe(false);
  });
});
