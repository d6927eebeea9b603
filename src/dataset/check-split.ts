import { MavsegError } from "../errors.js";
import type { Dataset } from "./dataset.js";
import { type Picture, readImage, readLabel } from "./read-picture.js";
import { type LabelledFrame, throwFaults } from "./split.js";

/** What a check of a split found, beside faults: what the trainer wants to know of it. */
export interface SplitStatistics {
  readonly frames: number;
  /** Pixels of each class, summed over the split. */
  readonly classPixels: readonly number[];
  readonly ignoredPixels: number;
}

/**
 * Reads every image and every label in full before the first training step: sizes must match and every id must be a
 * class of dataset.json or the ignore value. A fault found after an hour of training is an hour lost, and a file that
 * was cut off has a header that looks well.
 * @param onProgress called with the number of frames done
 * @throws MavsegError `DATASET_INVALID` naming the files
 */
export async function checkSplit(
  dataset: Dataset,
  frames: readonly LabelledFrame[],
  onProgress: (done: number) => void = () => {},
): Promise<SplitStatistics> {
  const faults: string[] = [];
  const histogram = new Float64Array(256);
  for (const [index, frame] of frames.entries()) {
    try {
      const label = await readLabel(frame.labelPath);
      faults.push(...strangeIds(dataset, frame, label, histogram));
      const image = await readImage(frame.imagePath, "rgb");
      if (image.width !== label.width || image.height !== label.height) {
        faults.push(
          `${frame.labelPath} has ${label.width}x${label.height} px, its image ${image.width}x${image.height}`,
        );
      }
    } catch (error) {
      if (!(error instanceof MavsegError)) throw error;
      faults.push(`expected ${error.expected}, got ${error.actual}`);
    }
    onProgress(index + 1);
  }
  throwFaults(faults);
  return {
    frames: frames.length,
    classPixels: dataset.classes.map(({ id }) => histogram[id]!),
    ignoredPixels: histogram[dataset.ignoreIndex]!,
  };
}

/** @param histogram px of each id are added to it */
function strangeIds(
  dataset: Dataset,
  frame: LabelledFrame,
  { data }: Picture,
  histogram: Float64Array,
): string[] {
  const counts = new Float64Array(256);
  for (let index = 0; index < data.length; index++) counts[data[index]!]!++;
  for (let id = 0; id < 256; id++) histogram[id]! += counts[id]!;
  const strange = [...counts.keys()].filter(
    (id) => counts[id]! > 0 && id >= dataset.classes.length && id !== dataset.ignoreIndex,
  );
  return strange.length === 0
    ? []
    : [`${frame.labelPath} has ids outside dataset.json: ${strange.join(", ")}`];
}
