import { z } from "zod";
import { listNames, readNumber, readText } from "./system-files.js";

const CPUS = "sys/devices/system/cpu";
const THERMAL = "sys/class/thermal";
const HWMON = "sys/class/hwmon";
/** Cooling by lower clocks; fans are cooling devices too, but slow nothing down. */
const SLOWS_DOWN = /cpufreq|devfreq|^processor$/i;

export const throttlingSchema = z.object({
  /** Counters since the start of the machine: compare two readings. `cpu0 core`, `oc1` (over-current on a Jetson). */
  counters: z.array(z.object({ name: z.string(), events: z.number() })),
  /** What is slowed down by heat at this moment; `state` of `maxState` steps. */
  slowed: z.array(z.object({ name: z.string(), state: z.number(), maxState: z.number().nullable() })),
  /** Why nothing can be told; null where something can. */
  missing: z.string().nullable(),
});
export type Throttling = z.infer<typeof throttlingSchema>;

/** Says whether clocks are or were held down by heat or current. @param root where `/sys` lies */
export function readThrottling(root = "/"): Throttling {
  const counters = [...processorCounters(root), ...overCurrentCounters(root)];
  const devices = coolingDevices(root);
  return {
    counters,
    slowed: devices.filter(({ state }) => state > 0),
    missing:
      counters.length + devices.length > 0
        ? null
        : "the kernel counts no throttling here, as in most virtual machines",
  };
}

function processorCounters(root: string): Throttling["counters"] {
  return listNames(root, CPUS, /^cpu\d+$/).flatMap((cpu) =>
    ["core", "package"].flatMap((what) => {
      const events = readNumber(root, `${CPUS}/${cpu}/thermal_throttle/${what}_throttle_count`);
      return events === null ? [] : [{ name: `${cpu} ${what}`, events }];
    }),
  );
}

function overCurrentCounters(root: string): Throttling["counters"] {
  return listNames(root, HWMON, /^hwmon\d+$/).flatMap((chip) =>
    listNames(root, `${HWMON}/${chip}`, /^oc\d+_event_cnt$/).flatMap((file) => {
      const events = readNumber(root, `${HWMON}/${chip}/${file}`);
      return events === null ? [] : [{ name: file.replace("_event_cnt", ""), events }];
    }),
  );
}

function coolingDevices(root: string): Throttling["slowed"] {
  return listNames(root, THERMAL, /^cooling_device\d+$/).flatMap((device) => {
    const name = readText(root, `${THERMAL}/${device}/type`) ?? "";
    const state = readNumber(root, `${THERMAL}/${device}/cur_state`);
    if (!SLOWS_DOWN.test(name) || state === null) return [];
    return [{ name, state, maxState: readNumber(root, `${THERMAL}/${device}/max_state`) }];
  });
}
