import type { OutputChoice } from "../job/plan.js";
import { IndexFiles } from "./index-files.js";
import { MaskFiles } from "./mask-files.js";
import type { Output, OutputContext } from "./output.js";
import { OverlayPictures } from "./overlay-pictures.js";

/** Names that the outputs will have in the output folder, besides index files. */
export function outputNames(choice: OutputChoice): string[] {
  const names = ["damage.jsonl", "times.jsonl", ...choice.index.map((format) => `index.${format}`)];
  if (choice.masks.length > 0) names.push("masks");
  if (choice.overlay.includes("png")) names.push("overlay");
  if (choice.overlay.includes("mp4")) names.push("overlay.mp4");
  if (choice.mcap !== undefined) names.push(choice.mcap);
  if (choice.report) names.push("report.html", "times.js");
  return names;
}

/** Whether any output is made from run lengths: the engine's own pass finds them for less than another one. */
export function needsRunLengths({ masks, mcap, report }: OutputChoice): boolean {
  return masks.some((format) => format !== "npy") || mcap !== undefined || report;
}

/** @throws MavsegError `FFMPEG_MISSING` where a video or a recording is wanted */
export async function createOutputs(choice: OutputChoice, context: OutputContext): Promise<Output[]> {
  const { finalFolder, classes } = context;
  const outputs: Output[] = [new IndexFiles(finalFolder, choice.index, classes)];
  if (choice.masks.length > 0) outputs.push(new MaskFiles(finalFolder, choice.masks));
  if (choice.overlay.includes("png")) outputs.push(new OverlayPictures(finalFolder));
  if (choice.overlay.includes("mp4") || choice.mcap !== undefined) {
    const { OverlayVideo } = await import("./overlay-video.js");
    outputs.push(await OverlayVideo.create(context, choice.overlay.includes("mp4")));
  }
  if (choice.mcap !== undefined) {
    const { McapResult } = await import("./mcap-file.js");
    outputs.push(new McapResult(context, choice.mcap));
  }
  if (choice.report) {
    const { ReportOutput } = await import("./report/report-output.js");
    outputs.push(new ReportOutput(context));
  }
  return outputs;
}
