import type { Command } from "commander";
import { vi } from "vitest";

/** Runs a command with its arguments and gives back what it wrote to stdout. */
export async function printed(command: Command, ...args: readonly string[]): Promise<string> {
  let text = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await command.exitOverride().parseAsync([...args], { from: "user" });
  } finally {
    write.mockRestore();
  }
  return text;
}
