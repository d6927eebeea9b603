import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { listNames, readNumber, readText } from "./system-files.js";

const CPUS = "sys/devices/system/cpu";
const NVPMODEL = "usr/sbin/nvpmodel";
/** The tool answers within 50 ms; it must not hold up a doctor where its driver hangs. */
const NVPMODEL_LIMIT_MS = 2000;

const modeSchema = z.object({ id: z.int(), name: z.string().nullable() });

export const powerModeSchema = z.object({
  /** The mode that nvpmodel has set, on a Jetson; null elsewhere. */
  mode: modeSchema.nullable(),
  /** Every mode that this board has. */
  modes: z.array(modeSchema),
  /** Whether all cores keep to one clock, as after `jetson_clocks`; null where cpufreq does not tell. */
  areClocksLocked: z.boolean().nullable(),
});
export type PowerMode = z.infer<typeof powerModeSchema>;

/** Says how much power the board may take. @param root where `/etc`, `/sys`, `/usr` and `/var` lie */
export function readPowerMode(root = "/"): PowerMode {
  const modes = readModes(root);
  const id = modeInStatusFile(root) ?? askNvpmodel(root);
  const mode = id === null ? null : { id, name: modes.find((one) => one.id === id)?.name ?? null };
  return { mode, modes, areClocksLocked: areClocksLocked(root) };
}

/** `< POWER_MODEL ID=0 NAME=15W >` */
function readModes(root: string): PowerMode["modes"] {
  const text = readText(root, "etc/nvpmodel.conf") ?? "";
  const matches = text.matchAll(/^\s*<\s*POWER_MODEL\s+ID=(\d+)\s+NAME=(\S+?)\s*>/gm);
  return [...matches].map(([, id, name]) => ({ id: Number(id), name: name ?? null }));
}

function modeInStatusFile(root: string): number | null {
  const match = /pmode:(\d+)/.exec(readText(root, "var/lib/nvpmodel/status") ?? "");
  return match === null ? null : Number(match[1]);
}

/** Its answer is `NV Power Mode: 15W` and, on the next line, the number. */
function askNvpmodel(root: string): number | null {
  const tool = path.join(root, NVPMODEL);
  if (!existsSync(tool)) return null;
  try {
    const answer = execFileSync(tool, ["-q"], {
      timeout: NVPMODEL_LIMIT_MS,
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
    });
    const match = /^(\d+)\s*$/m.exec(answer);
    return match === null ? null : Number(match[1]);
  } catch {
    return null;
  }
}

function areClocksLocked(root: string): boolean | null {
  const limits = listNames(root, CPUS, /^cpu\d+$/).map((cpu) => ({
    min: readNumber(root, `${CPUS}/${cpu}/cpufreq/scaling_min_freq`),
    max: readNumber(root, `${CPUS}/${cpu}/cpufreq/scaling_max_freq`),
  }));
  // Cores that the power mode has switched off have no limits.
  const known = limits.filter(({ min, max }) => min !== null && max !== null);
  return known.length === 0 ? null : known.every(({ min, max }) => min === max);
}
