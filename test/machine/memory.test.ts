import { describe, expect, test } from "vitest";
import { readMemory } from "../../src/machine/memory.js";
import { madeUpRoot } from "./made-up-root.js";

const MEMINFO =
  "MemTotal:        8000 kB\nMemFree:         1000 kB\nMemAvailable:    5000 kB\nSwapTotal:       2000 kB\n";

describe("readMemory", () => {
  test("without a limit, all that the kernel calls available", () => {
    expect(readMemory(madeUpRoot({ "proc/meminfo": MEMINFO }))).toEqual({
      totalBytes: 8_192_000,
      availableBytes: 5_120_000,
      swapTotalBytes: 2_048_000,
      limitBytes: null,
    });
  });

  test("a service's limit leaves less than the machine has", () => {
    const root = madeUpRoot({
      "proc/meminfo": MEMINFO,
      "proc/self/cgroup": "0::/system.slice/mavseg.service\n",
      "sys/fs/cgroup/system.slice/mavseg.service/memory.max": "1000000\n",
      "sys/fs/cgroup/system.slice/mavseg.service/memory.current": "400000\n",
    });
    expect(readMemory(root)).toMatchObject({ availableBytes: 600_000, limitBytes: 1_000_000 });
  });

  test("a container's limit lies at the root of its control groups", () => {
    const root = madeUpRoot({
      "proc/meminfo": MEMINFO,
      "proc/self/cgroup": "0::/docker/abc\n",
      "sys/fs/cgroup/memory.max": "1000000\n",
    });
    expect(readMemory(root)).toMatchObject({ availableBytes: 1_000_000, limitBytes: 1_000_000 });
  });

  test.each(["9223372036854771712", "max"])("%s is no limit", (limit) => {
    const root = madeUpRoot({
      "proc/meminfo": MEMINFO,
      "proc/self/cgroup": "3:memory:/\n0::/\n",
      "sys/fs/cgroup/memory.max": limit,
      "sys/fs/cgroup/memory/memory.limit_in_bytes": limit,
    });
    expect(readMemory(root)?.limitBytes).toBeNull();
  });

  test("no /proc", () => {
    expect(readMemory(madeUpRoot())).toBeNull();
  });
});
