import { describe, expect, test } from "vitest";
import { readPower } from "../../src/machine/power-rails.js";
import { madeUpRoot } from "./made-up-root.js";

describe("readPower", () => {
  test("a Jetson's rails are volts times amperes; the sum of the shunts is none of them", () => {
    const chip = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3";
    const root = madeUpRoot({
      [`${chip}/in1_label`]: "VDD_IN\n",
      [`${chip}/in1_input`]: "5000\n",
      [`${chip}/curr1_input`]: "1200\n",
      [`${chip}/in2_label`]: "VDD_CPU_GPU_CV\n",
      [`${chip}/in2_input`]: "5008\n",
      [`${chip}/curr2_input`]: "125\n",
      [`${chip}/in7_label`]: "sum of shunt voltages\n",
      [`${chip}/in7_input`]: "4\n",
    });
    expect(readPower(root)).toEqual({
      rails: [
        { name: "VDD_IN", milliwatts: 6000 },
        { name: "VDD_CPU_GPU_CV", milliwatts: 626 },
      ],
      counters: [],
      missing: null,
    });
  });

  test("JetPack 4 names rails and milliwatts elsewhere", () => {
    const chip = "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0";
    const root = madeUpRoot({
      [`${chip}/rail_name_0`]: "POM_5V_IN\n",
      [`${chip}/in_power0_input`]: "2451\n",
    });
    expect(readPower(root).rails).toEqual([{ name: "POM_5V_IN", milliwatts: 2451 }]);
  });

  test("a PC's packages and their parts count energy", () => {
    const root = madeUpRoot({
      "sys/class/powercap/intel-rapl/enabled": "1\n",
      "sys/class/powercap/intel-rapl:0/name": "package-0\n",
      "sys/class/powercap/intel-rapl:0/energy_uj": "123456\n",
      "sys/class/powercap/intel-rapl:0/max_energy_range_uj": "262143328850\n",
      "sys/class/powercap/intel-rapl:0:0/name": "core\n",
      "sys/class/powercap/intel-rapl:0:0/energy_uj": "456\n",
    });
    expect(readPower(root).counters).toEqual([
      { name: "package-0", microjoules: 123456, wrapsAtMicrojoules: 262143328850 },
      { name: "core", microjoules: 456, wrapsAtMicrojoules: null },
    ]);
  });

  test("counters that may not be read are told from none at all", () => {
    const closed = madeUpRoot({ "sys/class/powercap/intel-rapl:0/name": "package-0\n" });
    expect(readPower(closed).missing).toMatch(/root only/);
    expect(readPower(madeUpRoot()).missing).toMatch(/no INA3221 power sensor and no RAPL/);
  });
});
