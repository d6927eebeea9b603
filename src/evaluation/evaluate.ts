import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ClassInfo } from "../core/classes.js";
import type { Frame } from "../core/frame.js";
import type { Mask } from "../core/mask.js";
import type { Dataset } from "../dataset/dataset.js";
import { type Picture, readLabel } from "../dataset/read-picture.js";
import type { LabelledFrame } from "../dataset/split.js";
import type { Engine } from "../engine/engine.js";
import { MavsegError } from "../errors.js";
import { centroidDistances, meanOfKnown } from "./centroid-distance.js";
import { ConfusionMatrix } from "./confusion-matrix.js";

/** What an engine scored on labelled frames. */
export interface Evaluation {
  readonly confusion: ConfusionMatrix;
  /** Per class: mean over the frames where it is both labelled and found; null where there is no such frame. */
  readonly centroidDistancePx: readonly (number | null)[];
  /** In the order of the split. */
  readonly frames: readonly FrameScore[];
}

export interface FrameScore {
  readonly frame: LabelledFrame;
  /** Mean IoU of the classes but background that are labelled or found in this frame; null where there are none. */
  readonly iou: number | null;
}

/** What one mask counts. */
export interface ScoredFrame {
  readonly confusion: ConfusionMatrix;
  readonly distances: readonly (number | null)[];
}

/** While one frame is in the net, the next one is read and decoded. */
const FRAMES_IN_FLIGHT = 2;

/**
 * Runs labelled frames through an engine and counts, at the labels' full size.
 * @param onFrame called after each frame with the number done
 * @throws MavsegError `CLASSES_MISMATCH`, `DATASET_INVALID`, `FRAME_INVALID`, `FRAME_UNDECODABLE`, naming the file
 */
export async function evaluate(
  engine: Engine,
  dataset: Dataset,
  frames: readonly LabelledFrame[],
  onFrame: (done: number) => void = () => {},
): Promise<Evaluation> {
  checkClasses(engine.manifest.classes, dataset);
  // By frame and not summed as they come: the order in which sums are made would show in their last digits.
  const scored: ScoredFrame[] = [];
  let next = 0;
  let done = 0;
  const lane = async () => {
    while (next < frames.length) {
      const index = next++;
      const frame = frames[index]!;
      scored[index] = await named(frame, () => scoreFrame(engine, dataset, frame, index));
      onFrame(++done);
    }
  };
  // The other lanes end after the frame that they are at.
  const stop = (error: unknown) => {
    next = frames.length;
    throw error;
  };
  await Promise.all(Array.from({ length: FRAMES_IN_FLIGHT }, () => lane().catch(stop)));
  return summarise(dataset, frames, scored);
}

/** @param scored of each frame */
export function summarise(
  { classes, ignoreIndex }: Dataset,
  frames: readonly LabelledFrame[],
  scored: readonly ScoredFrame[],
): Evaluation {
  const confusion = new ConfusionMatrix(classes.length, ignoreIndex);
  for (const ofFrame of scored) confusion.merge(ofFrame.confusion);
  return {
    confusion,
    centroidDistancePx: classes.map(({ id }) => meanOfKnown(scored.map(({ distances }) => distances[id]!))),
    frames: scored.map((ofFrame, index) => ({
      frame: frames[index]!,
      iou: meanOfKnown(ofFrame.confusion.iou().slice(1)),
    })),
  };
}

/**
 * Runs one labelled frame through an engine.
 * @param frameId the camera's; each frame has one of its own unless it is said, so that none follows on another
 */
export async function segmentLabelled(
  engine: Engine,
  { imagePath, name }: LabelledFrame,
  { width, height }: { readonly width: number; readonly height: number },
  seq: number,
  frameId = name,
): Promise<Mask> {
  const data = await readFile(imagePath);
  const encoding: Frame["encoding"] = path.extname(imagePath).toLowerCase() === ".png" ? "png" : "jpeg";
  const stamp = { sec: 0, nanosec: 0 };
  return engine.segment({ seq, stamp, frameId, width, height, step: 0, encoding, data });
}

async function scoreFrame(
  engine: Engine,
  dataset: Dataset,
  frame: LabelledFrame,
  index: number,
): Promise<ScoredFrame> {
  const label = await readLabel(frame.labelPath);
  const mask = await segmentLabelled(engine, frame, label, index);
  const scored = scoreMask(dataset, label, mask);
  mask.release?.();
  return scored;
}

/** @throws MavsegError `DATASET_INVALID` for a label of another size or with other ids */
export function scoreMask({ classes, ignoreIndex }: Dataset, label: Picture, mask: Mask): ScoredFrame {
  const confusion = new ConfusionMatrix(classes.length, ignoreIndex);
  confusion.add(label.data, mask.data);
  const distances = centroidDistances(label.data, mask.data, label.width, classes.length, ignoreIndex);
  return { confusion, distances };
}

/** Says in an error which of hundreds of frames it was. */
export async function named<T>(frame: LabelledFrame, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof MavsegError)) throw error;
    throw new MavsegError(error.code, {
      ...(error.expected === undefined ? {} : { expected: error.expected }),
      actual: `${error.actual ?? "something else"} (${frame.imagePath} with ${frame.labelPath})`,
      hint: error.hint,
      cause: error,
    });
  }
}

/** @throws MavsegError `CLASSES_MISMATCH` */
export function checkClasses(model: readonly ClassInfo[], dataset: Dataset): void {
  const names = (classes: readonly ClassInfo[]) => classes.map(({ name }) => name).join(", ");
  if (names(model) === names(dataset.classes)) return;
  throw new MavsegError("CLASSES_MISMATCH", {
    expected: `the classes of ${dataset.name} in their order: ${names(dataset.classes)}`,
    actual: names(model),
  });
}
