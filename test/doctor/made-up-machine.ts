import type { Place } from "../../src/doctor/commands.js";
import type { Machine } from "../../src/machine/machine.js";

const BARE: Machine = {
  board: { model: null, compatible: [], isJetson: false },
  processor: {
    model: "Fast 9000",
    architecture: "x64",
    cores: 4,
    threads: 8,
    features: ["avx2"],
    clocks: [{ name: "cpu0", currentMHz: 2000, maxMHz: 3000, governor: null }],
  },
  memory: null,
  powerMode: { mode: null, modes: [], areClocksLocked: null },
  gpu: { pci: [], nvidiaDriver: null, nvidiaModels: [], deviceFiles: [], jetsonClock: null },
  vulkan: { loader: null, drivers: [], overriddenBy: null },
  versions: {
    mavseg: "0.1.0",
    node: "22.11.0",
    glibc: "2.36",
    kernel: "6.1.0",
    distribution: { id: "debian", name: "Debian GNU/Linux 12", like: [] },
    l4t: null,
  },
};

type Facts = { readonly [Family in keyof Machine]?: Partial<Machine[Family]> };

/** A PC without a GPU, but for what is given. */
export function madeUpMachine(facts: Facts = {}): Machine {
  const families = Object.entries(facts).map(([name, family]) => [
    name,
    { ...BARE[name as keyof Machine], ...family },
  ]);
  return { ...BARE, ...Object.fromEntries(families) };
}

export const ORIN: Facts = {
  board: { model: "NVIDIA Jetson Orin Nano Developer Kit", isJetson: true },
  versions: { l4t: "36.4.3", distribution: { id: "ubuntu", name: "Ubuntu 22.04", like: ["debian"] } },
};

export const PC_WITH_NVIDIA: Facts = {
  gpu: { pci: [{ address: "0000:01:00.0", vendor: "0x10de", device: "0x2684" }], nvidiaDriver: "550.54.15" },
};

/** A checkout that commands are typed in, on Debian, by an ordinary user. */
export function madeUpPlace(place: Partial<Place> = {}): Place {
  return {
    distribution: { id: "debian", name: "Debian GNU/Linux 12", like: [] },
    isJetson: false,
    isRoot: false,
    packageRoot: "/home/pilot/mavseg",
    workingFolder: "/home/pilot/mavseg",
    ...place,
  };
}
