import path from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { z } from "zod";
import { type DemoSummary, runDemo } from "../demo/demo.js";
import type { ReceivedMask } from "../transport/mask-subscriber.js";
import { MASK_TABLE_HEAD, maskTableRow } from "./mask-table.js";
import { checkOptions } from "./option-values.js";
import { Progress } from "./progress.js";
import { INTERRUPTED, shutdownSignal } from "./shutdown.js";
import { createLog } from "./stream-log.js";
import { jsonOption } from "./transport-options.js";

const DEFAULT_MODEL = "tied-m-synth";
const DEFAULT_OUT = path.join("out", "demo");
const CLI = fileURLToPath(new URL("./main.js", import.meta.url));

const demoOptions = z.strictObject({
  out: z.string().min(1).default(DEFAULT_OUT),
  frames: z.int().min(1).max(10_000).default(150),
  fps: z.number().min(0.1).max(1000).default(15),
  model: z.string().min(1).default(DEFAULT_MODEL),
  width: z.int().min(64).max(4096).optional(),
  height: z.int().min(64).max(4096).optional(),
  json: jsonOption,
});
type DemoOptions = z.infer<typeof demoOptions>;

const EXAMPLES = `
A camera and \`mavseg run\` are processes of their own; this one subscribes to the masks. The drawn flight is kept in
<out>/flight for the next time.

Examples:
  $ mavseg demo
  $ mavseg demo --frames 300 --fps 30 --out out/longer
  $ mavseg demo --model runs/mine/model.onnx --json`;

export function createCommand(): Command {
  return new Command("demo")
    .description("Play an embedded flight through camera, run and subscriber, and leave overlays to look at.")
    .option("--out <dir>", `for the flight and the overlays (default: ${DEFAULT_OUT})`)
    .option("--frames <n>", "length of the flight (default: 150)", Number)
    .option("--fps <n>", "frames per second of the camera (default: 15)", Number)
    .option("--model <name|dir|file>", `the model to run (default: ${DEFAULT_MODEL})`)
    .option("--width <px>", "of the frames (default: 640)", Number)
    .option("--height <px>", "of the frames (default: 512)", Number)
    .option("--json", "print the summary as JSON, and no table")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => demo(checkOptions(demoOptions, flags)));
}

async function demo({ json, width, height, ...rest }: DemoOptions): Promise<void> {
  const signal = shutdownSignal();
  const progress = new Progress("demo");
  try {
    const summary = await runDemo({
      ...rest,
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      cli: CLI,
      signal,
      log: createLog("mavseg-demo"),
      onMask: json ? () => {} : tablePrinter(progress),
      onProgress: (what, done, total) => progress.update(done / total, `${what} ${done} of ${total} frames`),
      onStageDied: (name, lines) =>
        process.stderr.write(
          `the last lines of \`mavseg ${name}\`:\n${lines.map((line) => `  ${line}\n`).join("")}`,
        ),
    });
    progress.done();
    process.stdout.write(json ? `${JSON.stringify(summary)}\n` : formatDemo(summary));
  } catch (error) {
    progress.done();
    if (!signal.aborted) throw error;
    process.stderr.write("stopped; all processes have ended\n");
    process.exitCode = INTERRUPTED;
  }
}

function tablePrinter(progress: Progress): (mask: ReceivedMask) => void {
  let isHeadPrinted = false;
  return (mask) => {
    progress.done();
    process.stdout.write(isHeadPrinted ? maskTableRow(mask) : MASK_TABLE_HEAD + maskTableRow(mask));
    isHeadPrinted = true;
  };
}

function formatDemo(summary: DemoSummary): string {
  const { model, frames, masks, dropped, ageMs, droneIoU, overlays, overlayCount } = summary;
  const lines = [
    `model      ${model}`,
    `frames in  ${frames}`,
    `masks out  ${masks}`,
    `dropped    ${dropped}`,
    `age        ${ageMs === null ? "-" : `p50 ${ageMs.p50.toFixed(1)} ms, p99 ${ageMs.p99.toFixed(1)} ms`}`,
    `drone IoU  ${droneIoU === null ? "-" : droneIoU.toFixed(3)}, against exact labels of these ${masks} frames`,
    `overlays   ${overlayCount} in ${overlays}`,
  ];
  return `\n${lines.join("\n")}\n`;
}
