import type { Command } from "commander";
import { z } from "zod";
import { ENGINES } from "../engine/create-engine.js";
import { PROVIDER_CHOICES } from "../engine/providers/provider.js";
import { MavsegError } from "../errors.js";

/** Options of the engine, of the commands that run a model: keys and values are those of `EngineOptions`. */
export const engineOptions = {
  engine: z.enum(ENGINES).default("auto"),
  executionProvider: z.enum(PROVIDER_CHOICES).default("auto"),
  providerOptions: z.record(z.string().min(1), z.string()).optional(),
  providerLibraries: z.array(z.string().min(1)).optional(),
  ortLibrary: z.string().min(1).optional(),
  threads: z.int().min(1).max(256).optional(),
};

// Flags with two long names go by the second in the options: the config file and the library say it in full.

export function addEngineOptions(command: Command): Command {
  return command
    .option("--engine <name>", `${ENGINES.join(", ")} (default: auto: native where it is built)`)
    .option(
      "--ep, --execution-provider <name>",
      `${PROVIDER_CHOICES.join(", ")} (default: auto: the best that works)`,
    )
    .option(
      "--ep-option, --provider-options <key=value>",
      "an option of the execution provider; may be given many times",
      collectPair,
    )
    .option(
      "--ep-library, --provider-libraries <file>",
      "an execution-provider plugin; may be given many times",
      collectFile,
    )
    .option("--ort-library <file>", "another libonnxruntime.so, 1.22 or newer, for the native engine")
    .option("--threads <n>", "threads for inference (default: one per physical core)", Number);
}

function collectPair(pair: string, before: Record<string, string> = {}): Record<string, string> {
  const at = pair.indexOf("=");
  if (at < 1) throw new MavsegError("USAGE", { expected: "--ep-option key=value", actual: pair });
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) };
}

function collectFile(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}
