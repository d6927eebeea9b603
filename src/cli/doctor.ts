import { Command } from "commander";
import { examine } from "../doctor/examine.js";
import { type RenderOptions, renderReport } from "../doctor/render.js";

interface DoctorFlags {
  readonly model?: string;
  readonly manifest?: string;
  readonly ortLibrary?: string;
  readonly providerLibraries: readonly string[];
  readonly json: boolean;
}

const EXAMPLES = `
Examples:
  $ mavseg doctor
  $ mavseg doctor --model first.onnx
  $ mavseg doctor --ort-library /opt/onnxruntime/lib/libonnxruntime.so
  $ mavseg doctor --json | jq '.checks[] | select(.state == "wrong")'

Exit codes: 0 nothing is wrong, 1 something is, 2 wrong use.`;

export function createCommand(): Command {
  return new Command("doctor")
    .description("say whether this machine is fit to run mavseg, and how to mend what is not")
    .option(
      "--model <model>",
      "model of the self-tests: file, folder or shipped name (default: a shipped one)",
    )
    .option("--manifest <file>", "what a foreign model's file does not say")
    .option("--ort-library <file>", "another libonnxruntime.so, 1.22 or newer, to look at")
    .option(
      "--ep-library, --provider-libraries <file>",
      "an execution-provider plugin to look at; may be given many times",
      (file: string, before: readonly string[]) => [...before, file],
      [],
    )
    .option("--json", "print JSON", false)
    .addHelpText("after", EXAMPLES)
    .action(async ({ json, ...options }: DoctorFlags) => {
      const report = await examine({ ...options, say: (message) => process.stderr.write(`${message}\n`) });
      process.stdout.write(
        json ? `${JSON.stringify(report)}\n` : renderReport(report, terminalOf(process.stdout)),
      );
      process.exitCode = report.wrong === 0 ? 0 : 1;
    });
}

function terminalOf(stream: typeof process.stdout): RenderOptions {
  if (!stream.isTTY) return { isColoured: false };
  return { isColoured: !process.env.NO_COLOR, width: stream.columns };
}
