import { expect, test } from "vitest";
import { readCpuTimes, readLoad } from "../../src/machine/load.js";
import { madeUpRoot } from "./made-up-root.js";

const stat = (times: string) => ({ "proc/stat": `cpu  ${times}\ncpu0 1 2 3 4 5 6 7 8 9 10\n` });

test("shares of the time between two readings; guests, counted in user already, do not count twice", () => {
  const before = readCpuTimes(madeUpRoot(stat("100 0 100 800 0 0 0 0 50 0")));
  const after = madeUpRoot({
    ...stat("150 10 110 880 10 5 5 30 90 0"),
    "proc/loadavg": "1.50 0.75 0.25 2/99 1234\n",
  });
  expect(before).toEqual({ busy: 200, steal: 0, total: 1000 });
  expect(readLoad(before, after)).toEqual({ average: [1.5, 0.75, 0.25], busyShare: 0.4, stealShare: 0.15 });
});

test("no time between two readings has no shares", () => {
  const root = madeUpRoot(stat("100 0 100 800 0 0 0 0 50 0"));
  expect(readLoad(readCpuTimes(root), root)).toEqual({ average: null, busyShare: null, stealShare: null });
});

test("no /proc", () => {
  expect(readCpuTimes(madeUpRoot())).toBeNull();
  expect(readLoad(null, madeUpRoot())).toEqual({ average: null, busyShare: null, stealShare: null });
});
