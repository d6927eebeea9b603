import { existsSync } from "node:fs";
import path from "node:path";
import { readBoard } from "../../machine/board.js";
import { listNames, readText } from "../../machine/system-files.js";

export interface Gpus {
  /** A GPU of any maker, by a render node of its driver. */
  readonly hasAny: boolean;
  readonly hasNvidia: boolean;
  readonly isJetson: boolean;
}

/** Render nodes of these drivers belong to virtual displays: what renders there is the CPU. */
const VIRTUAL_DRIVERS = new Set([
  "bochs-drm",
  "cirrus",
  "qxl",
  "simple-framebuffer",
  "vgem",
  "vkms",
  "virtio-pci",
  "virtio_gpu",
  "vmwgfx",
]);

/** The last two are those of Jetson boards. */
const NVIDIA_NODES = ["dev/nvidia0", "dev/nvidiactl", "dev/nvgpu", "dev/nvhost-gpu"];

/**
 * Looks for GPUs in files of the kernel alone. Asking the drivers would take tenths of a second at every start, and
 * Vulkan would name software rendering as well.
 * @param root where `/dev`, `/proc` and `/sys` lie
 */
export function readGpus(root = "/"): Gpus {
  const { isJetson } = readBoard(root);
  const hasNvidia = NVIDIA_NODES.some((node) => existsSync(path.join(root, node)));
  const renderNodes = listNames(root, "dev/dri", /^renderD\d+$/);
  return { hasAny: hasNvidia || renderNodes.some((node) => isReal(root, node)), hasNvidia, isJetson };
}

function isReal(root: string, node: string): boolean {
  const facts = readText(root, `sys/class/drm/${node}/device/uevent`) ?? "";
  const driver = /^DRIVER=(.+)$/m.exec(facts)?.[1];
  return driver !== undefined && !VIRTUAL_DRIVERS.has(driver);
}
