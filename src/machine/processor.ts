import { z } from "zod";
import { listNames, readNumber, readText } from "./system-files.js";

const CPUS = "sys/devices/system/cpu";

export const coreClockSchema = z.object({
  /** As the kernel numbers it: `cpu0`. */
  name: z.string(),
  /** From cpufreq, else from /proc/cpuinfo; null where neither tells. */
  currentMHz: z.number().nullable(),
  /** The most that the present power mode allows; null in most virtual machines. */
  maxMHz: z.number().nullable(),
  governor: z.string().nullable(),
});
export type CoreClock = z.infer<typeof coreClockSchema>;

export const processorSchema = z.object({
  model: z.string().nullable(),
  /** As Node names it: `x64`, `arm64`. */
  architecture: z.string(),
  /** Cores of the machine that are on; two hardware threads of one core count once. */
  cores: z.int(),
  threads: z.int(),
  /** What inference and the kernels profit from, as the kernel writes it: `avx2`, `asimddp`. */
  features: z.array(z.string()),
  clocks: z.array(coreClockSchema),
});
export type Processor = z.infer<typeof processorSchema>;

/** Vector and matrix instructions of x86 and arm64 in the kernel's spelling, from the oldest to the newest. */
const FEATURES = [
  "sse4_2",
  "f16c",
  "fma",
  "avx2",
  "avx512f",
  "avx512bw",
  "avx512vl",
  "avx512_vnni",
  "avx512_bf16",
  "avx512_fp16",
  "avx_vnni",
  "amx_tile",
  "amx_int8",
  "amx_bf16",
  "neon",
  "asimd",
  "fphp",
  "asimdhp",
  "asimddp",
  "i8mm",
  "bf16",
  "sve",
  "sve2",
] as const;

/** Arm's and NVIDIA's cores by `CPU implementer:CPU part`, of the boards and servers that mavseg is meant for. */
const ARM_CORES: Readonly<Record<string, string>> = {
  "0x41:0xd03": "Cortex-A53",
  "0x41:0xd05": "Cortex-A55",
  "0x41:0xd07": "Cortex-A57",
  "0x41:0xd08": "Cortex-A72",
  "0x41:0xd09": "Cortex-A73",
  "0x41:0xd0b": "Cortex-A76",
  "0x41:0xd0c": "Neoverse-N1",
  "0x41:0xd40": "Neoverse-V1",
  "0x41:0xd41": "Cortex-A78",
  "0x41:0xd42": "Cortex-A78AE",
  "0x41:0xd49": "Neoverse-N2",
  "0x41:0xd4f": "Neoverse-V2",
  "0x41:0xd83": "Neoverse-V3AE",
  "0x4e:0x003": "NVIDIA Denver 2",
  "0x4e:0x004": "NVIDIA Carmel",
};

/** Says what computes here. @param root where `/proc` and `/sys` lie */
export function readProcessor(root = "/", architecture: string = process.arch): Processor {
  const records = cpuinfoRecords(root);
  const cpus = listNames(root, CPUS, /^cpu\d+$/).filter((cpu) => isOnline(root, cpu));
  const listed = (records[0]?.get("flags") ?? records[0]?.get("Features") ?? "").split(/\s+/);
  return {
    model: modelName(records),
    architecture,
    cores: countCores(root, cpus),
    threads: cpus.length,
    features: FEATURES.filter((feature) => listed.includes(feature)),
    clocks: cpus.map((cpu) => readClock(root, cpu, records)),
  };
}

/** One record of `key: value` lines per hardware thread. */
function cpuinfoRecords(root: string): Map<string, string>[] {
  const blocks = (readText(root, "proc/cpuinfo") ?? "").split(/\n\s*\n/);
  return blocks.map((block) => new Map(block.split("\n").map(splitLine))).filter((r) => r.has("processor"));
}

function splitLine(line: string): [key: string, value: string] {
  const [key = "", ...rest] = line.split(":");
  return [key.trim(), rest.join(":").trim()];
}

/** x86 kernels name the model; arm64 kernels give numbers only, and big and little cores differ. */
function modelName(records: readonly Map<string, string>[]): string | null {
  const names = records.map((record) => {
    const core = `${record.get("CPU implementer")}:${record.get("CPU part")}`;
    return (
      record.get("model name") ?? ARM_CORES[core] ?? (record.has("CPU part") ? `arm core ${core}` : null)
    );
  });
  return [...new Set(names.filter((name) => name !== null))].join(" + ") || null;
}

function isOnline(root: string, cpu: string): boolean {
  // cpu0 cannot be switched off on most machines and has no such file there.
  return readNumber(root, `${CPUS}/${cpu}/online`) !== 0;
}

function countCores(root: string, cpus: readonly string[]): number {
  // Where the topology is hidden, each hardware thread counts as a core.
  return new Set(cpus.map((cpu) => readText(root, `${CPUS}/${cpu}/topology/thread_siblings_list`) ?? cpu))
    .size;
}

function readClock(root: string, cpu: string, records: readonly Map<string, string>[]): CoreClock {
  const folder = `${CPUS}/${cpu}/cpufreq`;
  const record = records.find((one) => `cpu${one.get("processor")}` === cpu);
  const inCpuinfo = record?.get("cpu MHz");
  return {
    name: cpu,
    currentMHz:
      kHzToMHz(readNumber(root, `${folder}/scaling_cur_freq`)) ??
      (inCpuinfo === undefined ? null : Number(inCpuinfo)),
    maxMHz: kHzToMHz(readNumber(root, `${folder}/scaling_max_freq`)),
    governor: readText(root, `${folder}/scaling_governor`),
  };
}

function kHzToMHz(value: number | null): number | null {
  return value === null ? null : value / 1000;
}
