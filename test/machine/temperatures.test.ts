import { expect, test } from "vitest";
import { readTemperatures } from "../../src/machine/temperatures.js";
import { madeUpRoot } from "./made-up-root.js";

test("thermal zones in order, but for those that cannot be read", () => {
  const root = madeUpRoot({
    "sys/class/thermal/thermal_zone10/type": "tj-thermal\n",
    "sys/class/thermal/thermal_zone10/temp": "51031\n",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
    "sys/class/thermal/thermal_zone0/temp": "49500\n",
    "sys/class/thermal/thermal_zone1/type": "gpu-thermal\n",
  });
  expect(readTemperatures(root)).toEqual({
    sensors: [
      { name: "cpu-thermal", celsius: 49.5 },
      { name: "tj-thermal", celsius: 51.031 },
    ],
    missing: null,
  });
});

test("a processor's sensor counts, a disk's does not", () => {
  const root = madeUpRoot({
    "sys/class/hwmon/hwmon0/name": "nvme\n",
    "sys/class/hwmon/hwmon0/temp1_input": "33000\n",
    "sys/class/hwmon/hwmon1/name": "k10temp\n",
    "sys/class/hwmon/hwmon1/temp1_label": "Tctl\n",
    "sys/class/hwmon/hwmon1/temp1_input": "61500\n",
  });
  expect(readTemperatures(root).sensors).toEqual([{ name: "k10temp Tctl", celsius: 61.5 }]);
});

test("without sensors it says so", () => {
  expect(readTemperatures(madeUpRoot())).toEqual({
    sensors: [],
    missing: expect.stringMatching(/no thermal zone/),
  });
});
