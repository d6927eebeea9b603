import { expect, test } from "vitest";
import { readVersions } from "../../src/machine/versions.js";
import { madeUpRoot } from "./made-up-root.js";

test("a Jetson: distribution, what it descends from, kernel and L4T", () => {
  const root = madeUpRoot({
    "etc/os-release": 'PRETTY_NAME="Ubuntu 22.04.5 LTS"\nID=ubuntu\nID_LIKE=debian\n',
    "etc/nv_tegra_release": "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64\n",
    "proc/sys/kernel/osrelease": "5.15.148-tegra\n",
  });
  expect(readVersions(root)).toMatchObject({
    node: process.versions.node,
    kernel: "5.15.148-tegra",
    distribution: { id: "ubuntu", name: "Ubuntu 22.04.5 LTS", like: ["debian"] },
    l4t: "36.4.3",
  });
});

test("a system that tells nothing of itself", () => {
  expect(readVersions(madeUpRoot())).toMatchObject({ kernel: null, distribution: null, l4t: null });
});
