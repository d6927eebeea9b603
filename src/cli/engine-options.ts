import type { Command } from "commander";
import { z } from "zod";
import { ENGINES } from "../engine/create-engine.js";

/** Options of the engine, of the commands that run a model. */
export const engineOptions = {
  engine: z.enum(ENGINES).default("auto"),
  ortLibrary: z.string().min(1).optional(),
  threads: z.int().min(1).max(256).optional(),
};

export function addEngineOptions(command: Command): Command {
  return command
    .option("--engine <name>", `${ENGINES.join(", ")} (default: auto: native where it is built)`)
    .option("--ort-library <file>", "another libonnxruntime.so, 1.22 or newer, for the native engine")
    .option("--threads <n>", "threads for inference (default: one per physical core)", Number);
}
