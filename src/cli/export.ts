import { Command } from "commander";
import { MavsegError } from "../errors.js";
import { type ExportResult, exportRun } from "../training/export/export-run.js";
import { RunFolder } from "../training/run-folder.js";
import { Progress } from "./progress.js";

interface ExportFlags {
  readonly run: string;
  readonly out: string;
  readonly checkpoint: string;
  readonly name?: string;
  readonly data?: string;
  readonly images: string;
  readonly calibrate: boolean;
  readonly precision: string;
  readonly json: boolean;
}

const EXAMPLES = `
Examples:
  $ mavseg export --run runs/first --out first.onnx
  $ mavseg export --run runs/first --out models/hall/model.onnx --name hall --checkpoint last
  $ mavseg export --run runs/first --out raw.onnx --no-calibrate
  $ mavseg export --run runs/first --out first-fp16.onnx --precision float16

The file is compared with the trained net on real pictures before it is written: logits must agree within 1e-3 (float16:
0.5) and masks on at least 99.9 % (99.5 %) of the pixels. A file of float16 has half the size and is for GPUs that are
faster with it; on the CPU mavseg computes it in float32.`;

export function createCommand(): Command {
  return new Command("export")
    .description("write a trained net as ONNX")
    .requiredOption("--run <dir>", "folder that `mavseg train --out` wrote")
    .requiredOption("--out <file>", "file to write, .onnx")
    .option("--checkpoint <best|last>", "which weights", "best")
    .option("--name <name>", "name of the model (default: net and data set)")
    .option("--data <dir>", "labelled frames to compare on, where the run's own are elsewhere now")
    .option("--images <n>", "pictures of the validation split to compare on", "8")
    .option(
      "--calibrate",
      "choose the classes' thresholds so that mean IoU on the validation split is best",
      true,
    )
    .option("--no-calibrate", "leave the net as it was trained")
    .option("--precision <float32|float16>", "of the file's weights and of what runs between them", "float32")
    .option("--json", "print the result as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action(async (flags: ExportFlags) => {
      if (flags.checkpoint !== "best" && flags.checkpoint !== "last") {
        throw new MavsegError("USAGE", { expected: "--checkpoint best or last", actual: flags.checkpoint });
      }
      const { precision } = flags;
      if (precision !== "float32" && precision !== "float16") {
        throw new MavsegError("USAGE", { expected: "--precision float32 or float16", actual: precision });
      }
      const images = Number(flags.images);
      if (!Number.isInteger(images) || images < 1) {
        throw new MavsegError("USAGE", { expected: "--images of at least 1", actual: flags.images });
      }
      const progress = new Progress("export");
      const result = await exportRun(new RunFolder(flags.run), flags.out, {
        checkpoint: flags.checkpoint,
        name: flags.name ?? null,
        data: flags.data ?? null,
        images,
        calibrate: flags.calibrate,
        precision,
        onProgress: (what, share) => progress.update(share, what),
      }).finally(() => progress.done());
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : describe(flags.out, result));
    });
}

function describe(out: string, { name, bytes, sha256, difference, calibration }: ExportResult): string {
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  const calibrated =
    calibration === null
      ? ""
      : `calibrated on ${calibration.frames} pictures: mean IoU ${percent(calibration.iouBefore)} -> ` +
        `${percent(calibration.iouAfter)} with ${calibration.biases.join(", ")} added to the classes' logits${confirming(calibration.confirmAt)}\n`;
  return (
    `${out}: ${name}, ${bytes} bytes, sha256 ${sha256}\n${calibrated}` +
    `ONNX Runtime against TensorFlow on ${difference.images} pictures: ` +
    `largest difference of the logits ${difference.largestLogitDifference.toExponential(2)}, ` +
    `equal mask pixels ${(difference.equalMaskShare * 100).toFixed(4)} %\n`
  );
}

/** Which classes' regions must be confirmed, and at which lead. */
function confirming(confirmAt: readonly number[]): string {
  if (confirmAt.every((lead) => lead === 0)) return "";
  return `, regions confirmed at a lead of ${confirmAt.map((lead) => (lead === 0 ? "any" : lead)).join(", ")}`;
}
