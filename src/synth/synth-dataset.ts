import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { IGNORE_INDEX } from "../core/classes.js";
import { makeSplitDirs, writeFrame } from "./dataset-files.js";
import { FRAME_HEIGHT_PX, FRAME_WIDTH_PX, renderFlight } from "./flight.js";
import { BACKGROUND, DRONE } from "./label.js";
import { replaceFolder } from "./replace-folder.js";

export const SYNTH_DATASET_NAME = "synth";

/** To be raised with every change of what is drawn from a seed, so that kept flights are told from new ones. */
const DRAWING_VERSION = 1;

export const SYNTH_CLASSES = [
  { id: BACKGROUND, name: "background", color: "#404040" },
  { id: DRONE, name: "drone", color: "#ffb000" },
] as const;

export const SPLITS = ["train", "val", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** Short flights make many halls of few frames: a net learns more from a hall more than from a frame more. */
export const FRAMES_PER_FLIGHT = 20;

export interface SynthDatasetOptions {
  /** The folder that is made. */
  readonly out: string;
  readonly seed: number;
  /** Frames of each split; a split of 0 frames is left out. */
  readonly frames: Readonly<Record<Split, number>>;
  readonly width?: number;
  readonly height?: number;
  /** Frames of one hall, 20 by default. The last flight of a split may be shorter. */
  readonly framesPerFlight?: number;
  /** Replace a data set that was drawn before; any other folder with something in it is refused. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Draws flights and writes them as a data set: `dataset.json` and `<split>/{images/*.jpg,labels/*.png}`. The folder
 * appears under its name when all of it is written. Names sort in the order of the flights, so that a split also
 * plays as a video.
 * @throws MavsegError `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`; the signal's reason when it aborts
 */
export async function writeSynthDataset(options: SynthDatasetOptions): Promise<void> {
  const { out, force = false } = options;
  await replaceFolder(out, { force, name: SYNTH_DATASET_NAME }, async (dir) => {
    await writeFile(path.join(dir, "dataset.json"), toJson(describe(options)));
    const total = SPLITS.reduce((sum, split) => sum + options.frames[split], 0);
    let done = 0;
    for (const split of SPLITS) {
      await writeSplit(dir, split, options, () => options.onProgress?.(++done, total));
    }
  });
}

/** Whether a folder holds exactly what `writeSynthDataset` would write with these options: then it need not. */
export async function isSynthDataset(options: SynthDatasetOptions): Promise<boolean> {
  const text = await readFile(path.join(options.out, "dataset.json"), "utf8").catch(() => "");
  return text === toJson(describe(options));
}

async function writeSplit(
  dir: string,
  split: Split,
  options: SynthDatasetOptions,
  onFrame: () => void,
): Promise<void> {
  const { seed, width, height, framesPerFlight = FRAMES_PER_FLIGHT } = options;
  const count = options.frames[split];
  if (count === 0) return;
  const splitDir = path.join(dir, split);
  await makeSplitDirs(splitDir);
  // One frame is encoded while the next is drawn.
  let writing: Promise<void> = Promise.resolve();
  for (let flight = 0; flight * framesPerFlight < count; flight++) {
    const frames = Math.min(framesPerFlight, count - flight * framesPerFlight);
    const size = { ...(width && { width }), ...(height && { height }) };
    for (const frame of renderFlight({ seed: `${seed}/${split}/${flight}`, frames, ...size })) {
      await writing;
      options.signal?.throwIfAborted();
      writing = writeFrame(splitDir, `flight${String(flight).padStart(3, "0")}_${frame.name}`, frame);
      // Told of as unhandled otherwise, when drawing the next frame takes longer than failing.
      writing.catch(() => {});
      onFrame();
    }
  }
  await writing;
}

function describe({ seed, frames, framesPerFlight, width, height }: SynthDatasetOptions): object {
  return {
    name: SYNTH_DATASET_NAME,
    title: "Drawn flights: a quadrotor crosses indoor halls, wide-angle grey camera, exact labels",
    source: `mavseg synth --seed ${seed} --train ${frames.train} --val ${frames.val} --test ${frames.test}`,
    drawing: DRAWING_VERSION,
    seed,
    framesPerFlight: framesPerFlight ?? FRAMES_PER_FLIGHT,
    size: { width: width ?? FRAME_WIDTH_PX, height: height ?? FRAME_HEIGHT_PX },
    ignore: IGNORE_INDEX,
    classes: SYNTH_CLASSES,
  };
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
