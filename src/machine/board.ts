import { z } from "zod";
import { readText } from "./system-files.js";

export const boardSchema = z.object({
  /** As the device tree names it, such as `NVIDIA Jetson Orin Nano Developer Kit`; null on PCs, which have none. */
  model: z.string().nullable(),
  /** From the most exact name to the family: `nvidia,p3768-0000+p3767-0005`, `nvidia,tegra234`. */
  compatible: z.array(z.string()),
  isJetson: z.boolean(),
});
export type Board = z.infer<typeof boardSchema>;

/** Says which board this is, from its device tree. @param root where `/proc` and `/sys` lie */
export function readBoard(root = "/"): Board {
  const model = readText(root, "proc/device-tree/model");
  const compatible = (readText(root, "proc/device-tree/compatible") ?? "").split("\0").filter(Boolean);
  // Containers hide the device tree, but not the name of the chip's family.
  const isTegra = readText(root, "sys/devices/soc0/family") === "Tegra";
  return {
    model,
    compatible,
    isJetson: isTegra || compatible.some((name) => name.startsWith("nvidia,tegra")),
  };
}
