import { expect, test } from "vitest";
import { readWaitingMs } from "../../../src/benchmark/stream/waiting-time.js";
import { madeUpRoot } from "../../machine/made-up-root.js";

test("adds up what all threads of the process waited for a core", () => {
  const root = madeUpRoot({
    "proc/7/task/7/schedstat": "5000000 2000000 40\n",
    "proc/7/task/9/schedstat": "1000000 500000 3\n",
    "proc/8/task/8/schedstat": "9000000 9000000 9\n",
  });
  expect(readWaitingMs(7, root)).toBe(2.5);
});

test.each([
  ["the process is gone", {}],
  ["the kernel does not count it", { "proc/7/task/7/stat": "7 (node) R" }],
])("is unknown where %s", (_, files) => {
  expect(readWaitingMs(7, madeUpRoot(files))).toBeNull();
});
