import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Engine } from "../../engine/engine.js";
import type { TemporalSettings } from "../../temporal/settings.js";
import type { Input } from "../input/find-inputs.js";
import type { IndexFormat } from "../output/index-files.js";
import type { MaskFormat } from "../output/mask-files.js";
import type { RecordingOptions } from "../recording.js";

export const OVERLAY_FORMATS = ["mp4", "png"] as const;
export type OverlayFormat = (typeof OVERLAY_FORMATS)[number];

/** Which outputs are wanted. */
export interface OutputChoice {
  readonly masks: readonly MaskFormat[];
  readonly index: readonly IndexFormat[];
  readonly overlay: readonly OverlayFormat[];
  /** Name of an MCAP file in the output folder. */
  readonly mcap: string | undefined;
  readonly report: boolean;
}

/**
 * All that decides which bytes a run writes. A run may go on from another's chunks where both have the same plan. It is
 * kept beside the outputs as video.json.
 */
export interface Plan {
  readonly version: 1;
  readonly input: {
    readonly kind: Input["kind"];
    readonly files: readonly string[];
    readonly fingerprint: string;
  };
  readonly recording: RecordingOptions;
  readonly outputs: OutputChoice;
  readonly chunkFrames: number;
  readonly model: { readonly name: string; readonly sha256: string };
  /** Engines and providers agree on nearly all pixels, but not on every one. */
  readonly engine: {
    readonly name: string;
    readonly executionProvider: string;
    readonly temporal?: TemporalSettings | undefined;
  };
}

/** What stands for a file's content: hashing an hour of video would take longer than is worth it. */
export interface FileStamp {
  readonly sizeBytes: number;
  /** Time of its last change. */
  readonly changedMs: number;
}

/** @param stamps of the input's files, where these are not at hand; left out, they are looked at */
export async function makePlan(
  input: Input,
  engine: Pick<Engine, "name" | "executionProvider" | "manifest" | "modelSha256" | "temporal">,
  options: Pick<Plan, "recording" | "outputs" | "chunkFrames">,
  stamps?: readonly FileStamp[],
): Promise<Plan> {
  const files = shortList(input.files);
  return {
    version: 1,
    input: {
      kind: input.kind,
      files,
      fingerprint: fingerprint(input.files, stamps ?? (await stampFiles(input.files))),
    },
    recording: options.recording,
    outputs: options.outputs,
    chunkFrames: options.chunkFrames,
    model: { name: engine.manifest.name, sha256: engine.modelSha256 },
    engine: { name: engine.name, executionProvider: engine.executionProvider, temporal: engine.temporal },
  };
}

/** Infinity and undefined are not JSON: they are left out. */
export function planText(plan: Plan): string {
  return `${JSON.stringify(plan, (_, value) => (value === Number.POSITIVE_INFINITY ? undefined : value), 2)}\n`;
}

/** The first and the last of many names are enough for a person. */
function shortList(files: readonly string[]): string[] {
  const names = files.map((file) => path.basename(file));
  return names.length <= 2 ? names : [names[0] as string, "...", names.at(-1) as string];
}

function fingerprint(files: readonly string[], stamps: readonly FileStamp[]): string {
  const hash = createHash("sha256");
  for (const [index, file] of files.entries()) {
    const { sizeBytes, changedMs } = stamps[index] as FileStamp;
    hash.update(`${path.basename(file)} ${sizeBytes} ${Math.round(changedMs)}\n`);
  }
  return hash.digest("hex");
}

async function stampFiles(files: readonly string[]): Promise<FileStamp[]> {
  const stamps: FileStamp[] = [];
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    stamps.push({ sizeBytes: size, changedMs: mtimeMs });
  }
  return stamps;
}
