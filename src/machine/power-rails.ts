import { z } from "zod";
import { listNames, readNumber, readText } from "./system-files.js";

const I2C_DRIVERS = "sys/bus/i2c/drivers";
const POWERCAP = "sys/class/powercap";

export const powerSchema = z.object({
  /** Rails of a Jetson's INA3221 sensors. `VDD_IN` or `POM_5V_IN` is the whole board. */
  rails: z.array(z.object({ name: z.string(), milliwatts: z.number() })),
  /** Counters of a PC's RAPL: energy since some moment, starting anew after `wrapsAtMicrojoules`. */
  counters: z.array(
    z.object({ name: z.string(), microjoules: z.number(), wrapsAtMicrojoules: z.number().nullable() }),
  ),
  /** Why nothing can be read; null where something can. */
  missing: z.string().nullable(),
});
export type Power = z.infer<typeof powerSchema>;

/**
 * Reads every power sensor once. A rail costs a transfer over I2C, about a millisecond, in which the thread waits:
 * sample from a process of its own where latency is measured.
 * @param root where `/sys` lies
 */
export function readPower(root = "/"): Power {
  const rails = readRails(root);
  const { counters, unreadable } = readCounters(root);
  return { rails, counters, missing: rails.length + counters.length > 0 ? null : reason(unreadable) };
}

function reason(unreadableCounters: number): string {
  if (unreadableCounters > 0) return `the counters under /${POWERCAP} may be read by root only`;
  return "no INA3221 power sensor and no RAPL counter on this machine";
}

function readRails(root: string): Power["rails"] {
  return listNames(root, I2C_DRIVERS, /^ina3221/).flatMap((driver) =>
    listNames(root, `${I2C_DRIVERS}/${driver}`, /^\d+-[\da-f]{4}$/).flatMap((chip) => {
      const folder = `${I2C_DRIVERS}/${driver}/${chip}`;
      return [
        ...listNames(root, `${folder}/hwmon`, /^hwmon/).flatMap((one) =>
          hwmonRails(root, `${folder}/hwmon/${one}`),
        ),
        ...listNames(root, folder, /^iio:device/).flatMap((one) => iioRails(root, `${folder}/${one}`)),
      ];
    }),
  );
}

/** JetPack 5 and newer: millivolts and milliamperes under one number. */
function hwmonRails(root: string, folder: string): Power["rails"] {
  return listNames(root, folder, /^in\d+_label$/).flatMap((label) => {
    const channel = /\d+/.exec(label)![0];
    const name = readText(root, `${folder}/${label}`);
    const millivolts = readNumber(root, `${folder}/in${channel}_input`);
    // The sum of the shunts is listed as a channel too, but has no current.
    const milliamperes = readNumber(root, `${folder}/curr${channel}_input`);
    if (name === null || millivolts === null || milliamperes === null) return [];
    return [{ name, milliwatts: (millivolts * milliamperes) / 1000 }];
  });
}

/** JetPack 4 (Nano, TX2): milliwatts. */
function iioRails(root: string, folder: string): Power["rails"] {
  return listNames(root, folder, /^rail_name_\d+$/).flatMap((label) => {
    const name = readText(root, `${folder}/${label}`);
    const milliwatts = readNumber(root, `${folder}/in_power${/\d+/.exec(label)![0]}_input`);
    return name === null || milliwatts === null ? [] : [{ name, milliwatts }];
  });
}

/** Zones are packages (`intel-rapl:0`) and their parts (`intel-rapl:0:1`); AMD's processors use the same names. */
function readCounters(root: string): { counters: Power["counters"]; unreadable: number } {
  const zones = listNames(root, POWERCAP, /^intel-rapl:[\d:]+$/);
  const counters = zones.flatMap((zone) => {
    const folder = `${POWERCAP}/${zone}`;
    const microjoules = readNumber(root, `${folder}/energy_uj`);
    if (microjoules === null) return [];
    const name = readText(root, `${folder}/name`) ?? zone;
    return [{ name, microjoules, wrapsAtMicrojoules: readNumber(root, `${folder}/max_energy_range_uj`) }];
  });
  return { counters, unreadable: zones.length - counters.length };
}
