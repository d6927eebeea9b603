import { z } from "zod";
import { listNames, readNumber, readText } from "./system-files.js";

const PCI = "sys/bus/pci/devices";
const NVIDIA = "proc/driver/nvidia";
const DEVFREQ = "sys/class/devfreq";
/** PCI class 03: display controllers, with and without a display. */
const DISPLAY_CLASS = "0x03";
/** A Jetson's GPU among the clocks that devfreq steers: 57000000.gpu, 17000000.gv11b, 17000000.gpu, gpu-gpc-0. */
const JETSON_GPU_CLOCK = /gpu|gm20b|gp10b|gv11b|ga10b/;

export const gpuSchema = z.object({
  /** Display controllers on the PCI bus; hexadecimal numbers as the kernel writes them: `0x10de`. */
  pci: z.array(z.object({ address: z.string(), vendor: z.string(), device: z.string() })),
  /** Release of NVIDIA's kernel driver for PCI GPUs; null where it is not loaded. */
  nvidiaDriver: z.string().nullable(),
  /** Names of the GPUs that this driver serves. */
  nvidiaModels: z.array(z.string()),
  /** Device files that GPUs are reached through, with their folders. */
  deviceFiles: z.array(z.string()),
  /** Clocks of a Jetson's GPU; null elsewhere. */
  jetsonClock: z
    .object({ name: z.string(), currentMHz: z.number(), minMHz: z.number(), maxMHz: z.number() })
    .nullable(),
});
export type Gpu = z.infer<typeof gpuSchema>;

/** Says which GPUs the kernel knows. @param root where `/dev`, `/proc` and `/sys` lie */
export function readGpu(root = "/"): Gpu {
  const driver = readText(root, `${NVIDIA}/version`) ?? "";
  return {
    pci: readPci(root),
    nvidiaDriver: /Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(driver)?.[1] ?? null,
    nvidiaModels: readNvidiaModels(root),
    deviceFiles: [
      ...listNames(root, "dev", /^(nvidia\d+|nvidiactl|nvhost-gpu|nvmap)$/).map((name) => `/dev/${name}`),
      ...listNames(root, "dev/nvgpu").map((name) => `/dev/nvgpu/${name}`),
      ...listNames(root, "dev/dri", /^renderD\d+$/).map((name) => `/dev/dri/${name}`),
    ],
    jetsonClock: readJetsonClock(root),
  };
}

function readPci(root: string): Gpu["pci"] {
  return listNames(root, PCI).flatMap((address) => {
    const read = (file: string) => readText(root, `${PCI}/${address}/${file}`) ?? "";
    return read("class").startsWith(DISPLAY_CLASS)
      ? [{ address, vendor: read("vendor"), device: read("device") }]
      : [];
  });
}

function readNvidiaModels(root: string): string[] {
  return listNames(root, `${NVIDIA}/gpus`).flatMap((address) => {
    const text = readText(root, `${NVIDIA}/gpus/${address}/information`) ?? "";
    return /^Model:\s+(.+?)\s*$/m.exec(text)?.[1] ?? [];
  });
}

function readJetsonClock(root: string): Gpu["jetsonClock"] {
  const [name] = listNames(root, DEVFREQ, JETSON_GPU_CLOCK);
  if (name === undefined) return null;
  const readMHz = (file: string) => readNumber(root, `${DEVFREQ}/${name}/${file}`);
  const [current, min, max] = [readMHz("cur_freq"), readMHz("min_freq"), readMHz("max_freq")];
  if (current === null || min === null || max === null) return null;
  return { name, currentMHz: current / 1e6, minMHz: min / 1e6, maxMHz: max / 1e6 };
}
