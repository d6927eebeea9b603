import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

const CPUS = "/sys/devices/system/cpu";

/** Cores that this process may use; two hardware threads of one core count once, for they share the vector units. */
export function physicalCores(): number {
  const allowed = availableParallelism();
  try {
    const siblings = readdirSync(CPUS)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(`${CPUS}/${name}/topology/thread_siblings_list`, "utf8"));
    return Math.max(1, Math.min(allowed, new Set(siblings).size));
  } catch {
    // No such files: not Linux, or a container that hides them.
    return allowed;
  }
}
