import { expect, test } from "vitest";
import { readThrottling } from "../../src/machine/throttling.js";
import { madeUpRoot } from "./made-up-root.js";

test("counters of a PC's cores and of a Jetson's over-current alarms", () => {
  const root = madeUpRoot({
    "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "3\n",
    "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count": "0\n",
    "sys/class/hwmon/hwmon2/oc1_event_cnt": "2\n",
  });
  expect(readThrottling(root)).toEqual({
    counters: [
      { name: "cpu0 core", events: 3 },
      { name: "cpu0 package", events: 0 },
      { name: "oc1", events: 2 },
    ],
    slowed: [],
    missing: null,
  });
});

test("lowered clocks are slowed down, a turning fan is not", () => {
  const device = (id: number, type: string, state: number) => ({
    [`sys/class/thermal/cooling_device${id}/type`]: `${type}\n`,
    [`sys/class/thermal/cooling_device${id}/cur_state`]: `${state}\n`,
    [`sys/class/thermal/cooling_device${id}/max_state`]: "10\n",
  });
  const root = madeUpRoot({
    ...device(0, "cpufreq-cpu0", 2),
    ...device(1, "devfreq-17000000.gpu", 0),
    ...device(2, "pwm-fan", 3),
  });
  expect(readThrottling(root)).toEqual({
    counters: [],
    slowed: [{ name: "cpufreq-cpu0", state: 2, maxState: 10 }],
    missing: null,
  });
});

test("without counters it says so", () => {
  expect(readThrottling(madeUpRoot()).missing).toMatch(/counts no throttling/);
});
