import { z } from "zod";
import { listNames, readNumber, readText } from "./system-files.js";

const THERMAL = "sys/class/thermal";
const HWMON = "sys/class/hwmon";
/** Sensors of AMD's and older Intel processors, which have no thermal zone. */
const PROCESSOR_CHIPS = ["k10temp", "zenpower", "coretemp"];

export const temperaturesSchema = z.object({
  sensors: z.array(z.object({ name: z.string(), celsius: z.number() })),
  /** Why nothing can be read; null where something can. */
  missing: z.string().nullable(),
});
export type Temperatures = z.infer<typeof temperaturesSchema>;

/** Reads every thermal zone and the processor's sensors. @param root where `/sys` lies */
export function readTemperatures(root = "/"): Temperatures {
  const sensors = [...readZones(root), ...readProcessorChips(root)];
  return {
    sensors,
    missing: sensors.length > 0 ? null : "no thermal zone on this machine, as in most virtual machines",
  };
}

function readZones(root: string): Temperatures["sensors"] {
  return listNames(root, THERMAL, /^thermal_zone\d+$/).flatMap((zone) =>
    // A zone whose part is asleep, such as a Jetson's GPU, refuses to be read.
    sensor(readText(root, `${THERMAL}/${zone}/type`) ?? zone, readNumber(root, `${THERMAL}/${zone}/temp`)),
  );
}

function readProcessorChips(root: string): Temperatures["sensors"] {
  return listNames(root, HWMON, /^hwmon\d+$/).flatMap((chip) => {
    const name = readText(root, `${HWMON}/${chip}/name`) ?? "";
    if (!PROCESSOR_CHIPS.includes(name)) return [];
    return listNames(root, `${HWMON}/${chip}`, /^temp\d+_input$/).flatMap((file) => {
      const label = readText(root, `${HWMON}/${chip}/${file.replace("_input", "_label")}`);
      return sensor(
        `${name} ${label ?? file.replace("_input", "")}`,
        readNumber(root, `${HWMON}/${chip}/${file}`),
      );
    });
  });
}

function sensor(name: string, millidegrees: number | null): Temperatures["sensors"] {
  return millidegrees === null ? [] : [{ name, celsius: millidegrees / 1000 }];
}
