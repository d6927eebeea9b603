import { z } from "zod";
import { boardSchema, readBoard } from "./board.js";
import { gpuSchema, readGpu } from "./gpu.js";
import { memorySchema, readMemory } from "./memory.js";
import { powerModeSchema, readPowerMode } from "./power-mode.js";
import { processorSchema, readProcessor } from "./processor.js";
import { readVersions, versionsSchema } from "./versions.js";
import { readVulkan, vulkanSchema } from "./vulkan.js";

/** What every report says about the machine that it was made on. */
export const machineSchema = z.object({
  board: boardSchema,
  processor: processorSchema,
  memory: memorySchema.nullable(),
  powerMode: powerModeSchema,
  gpu: gpuSchema,
  vulkan: vulkanSchema,
  versions: versionsSchema,
});
export type Machine = z.infer<typeof machineSchema>;

/**
 * Reads what stays the same while a program runs, clocks and free memory apart; `readTemperatures`, `readThrottling`,
 * `readPower` and `readLoad` read what changes.
 * @param root where `/dev`, `/etc`, `/proc`, `/sys` and `/usr` lie
 */
export function readMachine(root = "/"): Machine {
  return {
    board: readBoard(root),
    processor: readProcessor(root),
    memory: readMemory(root),
    powerMode: readPowerMode(root),
    gpu: readGpu(root),
    vulkan: readVulkan({ root }),
    versions: readVersions(root),
  };
}
