import type { Disk } from "../machine/disk.js";
import type { Load } from "../machine/load.js";
import type { Machine } from "../machine/machine.js";
import type { Memory } from "../machine/memory.js";
import type { Temperatures } from "../machine/temperatures.js";
import type { Throttling } from "../machine/throttling.js";
import { type Check, note, ok, wrong } from "./check.js";
import { asRoot, type Place } from "./commands.js";

/** The oldest Node of package.json's `engines`. */
const MIN_NODE = "20.9.0";
/** What the prebuilt addons and onnxruntime's libraries are linked against. */
const MIN_GLIBC = "2.28";
/** Of the cores: what a desktop or a few services need. */
const QUIET_SHARE = 0.5;
const MAX_STEAL_SHARE = 0.02;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** `mavseg run` stays under 200 MB on the CPU. */
const MIN_MEMORY_BYTES = 256 * MIB;
/** A compiled engine takes some ten MiB, a GPU's libraries want gibibytes while they compile one. */
const MIN_DISK_BYTES = 256 * MIB;
/** Boards throttle from 85 to 100 degrees on. */
const HOT_CELSIUS = 85;

export function checkSystem(machine: Machine, place: Place): Check[] {
  return [
    checkNode(machine.versions.node, machine.versions.l4t),
    checkGlibc(machine.versions.glibc),
    describeBoard(machine),
    checkPower(machine, place),
  ];
}

function checkNode(version: string, l4t: string | null): Check {
  if (isAtLeast(version, MIN_NODE)) return ok("node", "Node", version);
  const mend = l4t?.startsWith("32.") ? inContainer() : "nvm install 22";
  return wrong("node", "Node", `${version}; ${MIN_NODE} or newer is needed`, mend);
}

function checkGlibc(version: string | null): Check {
  if (version !== null && isAtLeast(version, MIN_GLIBC)) return ok("glibc", "glibc", version);
  const found = version === null ? "this system has another C library" : version;
  return wrong("glibc", "glibc", `${found}; ${MIN_GLIBC} or newer is needed`, inContainer());
}

/** A C library cannot be replaced alone. */
function inContainer(): string {
  return 'docker run -it --rm --network host -v "$PWD:/app" -w /app node:22-bookworm bash';
}

/** @param version and the least of it, as numbers with dots between them */
export function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.split(".").map(Number));
  for (const [index, wanted] of need!.entries()) {
    const part = have![index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

function describeBoard({ board, processor, versions }: Machine): Check {
  const { model, cores, features } = processor;
  const parts = [
    board.model,
    `${model ?? "unknown processor"} (${cores} ${cores === 1 ? "core" : "cores"})`,
    features.join(" "),
    versions.distribution?.name,
    versions.kernel === null ? null : `Linux ${versions.kernel}`,
    versions.l4t === null ? null : `L4T ${versions.l4t}`,
  ];
  return ok("board", "board", parts.filter(Boolean).join(", "));
}

function checkPower({ powerMode, processor, board }: Machine, place: Place): Check {
  const governors = [
    ...new Set(processor.clocks.map(({ governor }) => governor).filter((one) => one !== null)),
  ];
  const { mode, modes, areClocksLocked } = powerMode;
  const found = [
    mode === null ? null : `mode ${mode.id}${mode.name === null ? "" : ` (${mode.name})`}`,
    governors.length === 0 ? null : `governor ${governors.join(", ")}`,
    areClocksLocked === true ? "clocks locked" : null,
  ].filter(Boolean);
  if (found.length === 0) return ok("power", "power mode", "not steered on this machine");
  const strongest = modes.find(({ name }) => name?.startsWith("MAXN"));
  if (mode !== null && strongest !== undefined && mode.id !== strongest.id) {
    const mend = asRoot(place, `nvpmodel -m ${strongest.id}`);
    return note("power", "power mode", `${found.join(", ")}; ${strongest.name} is faster`, mend);
  }
  if (areClocksLocked === true || governors.every((one) => one === "performance")) {
    return ok("power", "power mode", found.join(", "));
  }
  const mend = board.isJetson ? asRoot(place, "jetson_clocks") : setGovernor(place);
  return note("power", "power mode", `${found.join(", ")}; clocks change, and the latency with them`, mend);
}

function setGovernor(place: Place): string {
  return `echo performance | ${asRoot(place, "tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor")}`;
}

export function checkHeat(temperatures: Temperatures, throttling: Throttling): Check {
  const hottest = temperatures.sensors.toSorted((a, b) => b.celsius - a.celsius)[0];
  const slowed = throttling.slowed.map(({ name }) => name);
  const events = throttling.counters.reduce((sum, counter) => sum + counter.events, 0);
  const found = [
    hottest === undefined ? temperatures.missing : `${hottest.celsius.toFixed(1)} °C (${hottest.name})`,
    slowed.length > 0 ? `slowed down by heat: ${slowed.join(", ")}` : null,
    events > 0 ? `throttled ${events} times since the start` : null,
  ].filter(Boolean);
  const isHot = slowed.length > 0 || (hottest !== undefined && hottest.celsius >= HOT_CELSIUS);
  return (isHot ? note : ok)("heat", "temperatures", found.join("; "));
}

export function checkMemory(memory: Memory | null): Check {
  if (memory === null) return note("memory", "free memory", "the kernel does not tell");
  const { availableBytes, totalBytes, limitBytes } = memory;
  const limit = limitBytes === null ? "" : ", the limit of this container or service";
  const found = `${gib(availableBytes)} of ${gib(limitBytes ?? totalBytes)}${limit}`;
  if (availableBytes >= MIN_MEMORY_BYTES) return ok("memory", "free memory", found);
  const mend = "ps -eo pid,rss,comm --sort=-rss | head";
  return wrong("memory", "free memory", `${found}; ${MIN_MEMORY_BYTES / MIB} MiB are needed`, mend);
}

export function checkCacheFolder({ folder, freeBytes, unwritable }: Disk): Check {
  if (unwritable !== null) {
    const mend = "export MAVSEG_CACHE=/var/tmp/mavseg";
    return wrong("disk", "cache folder", `${folder} cannot be written: ${unwritable}`, mend);
  }
  const found = `${folder}, ${freeBytes === null ? "unknown space" : `${gib(freeBytes)} free`}`;
  if (freeBytes === null || freeBytes >= MIN_DISK_BYTES) return ok("disk", "cache folder", found);
  const mend = `du -xh ${folder} | sort -h | tail`;
  return wrong("disk", "cache folder", `${found}; ${MIN_DISK_BYTES / MIB} MiB are needed`, mend);
}

/** Timings of the self-tests, and those of a flight, suffer from what else runs. */
export function checkLoad({ average, stealShare }: Load, cores: number): Check {
  const steal =
    stealShare === null ? null : `${Math.round(stealShare * 100)} % taken by other guests of the host`;
  if (average === null) return note("load", "load", "the kernel does not tell");
  const found = [`average ${average[0].toFixed(1)} on ${cores} cores`, steal].filter(Boolean).join(", ");
  const isQuiet = average[0] <= cores * QUIET_SHARE && (stealShare ?? 0) <= MAX_STEAL_SHARE;
  if (isQuiet) return ok("load", "load", found);
  return note("load", "load", `${found}; times are not to be relied on`, "top -o %CPU -b -n 1 | head -n 15");
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
