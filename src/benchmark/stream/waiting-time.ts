import { listNames, readText } from "../../machine/system-files.js";

const NS_PER_MS = 1e6;

/**
 * How long the threads of a process were ready to run and had no core, in milliseconds since their start: what a busy
 * machine adds to every stage, and no other counter tells. Null where the kernel does not say (CONFIG_SCHED_INFO).
 * @param root where `/proc` lies
 */
export function readWaitingMs(pid: number, root = "/"): number | null {
  const threads = listNames(root, `proc/${pid}/task`);
  const waits = threads.flatMap((thread) => {
    // On the core, waiting for one (ns), and how often; proc/PID/schedstat in the kernel's sched-stats document.
    const waited = readText(root, `proc/${pid}/task/${thread}/schedstat`)?.split(" ")[1];
    return waited === undefined ? [] : [Number(waited)];
  });
  return waits.length === 0 ? null : waits.reduce((sum, ns) => sum + ns, 0) / NS_PER_MS;
}
