import sharp from "sharp";
import { MavsegError } from "../errors.js";
import type { Dataset } from "./dataset.js";
import { readLabel } from "./read-picture.js";
import { type LabelledFrame, throwFaults } from "./split.js";

/** What a check of a split found, beside faults: what the trainer wants to know of it. */
export interface SplitStatistics {
  readonly frames: number;
  /** Pixels of each class, summed over the split. */
  readonly classPixels: readonly number[];
  readonly ignoredPixels: number;
}

/**
 * Opens every image's header and every label in full before the first training step: sizes must match and every id
 * must be a class of dataset.json or the ignore value. A fault found after an hour of training is an hour lost.
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
      const image = await sharp(frame.imagePath).metadata();
      if (image.width !== label.width || image.height !== label.height) {
        faults.push(
          `${frame.labelPath} has ${label.width}x${label.height} px, its image ${image.width}x${image.height}`,
        );
      }
      const counts = countIds(label.data);
      const strange = [...counts.keys()].filter(
        (id) => counts[id]! > 0 && id >= dataset.classes.length && id !== dataset.ignoreIndex,
      );
      if (strange.length > 0)
        faults.push(`${frame.labelPath} has ids outside dataset.json: ${strange.join(", ")}`);
      for (let id = 0; id < 256; id++) histogram[id]! += counts[id]!;
    } catch (error) {
      faults.push(
        error instanceof MavsegError
          ? error.actual
            ? `${frame.name}: ${error.message}`
            : error.message
          : `${frame.imagePath}: ${(error as Error).message}`,
      );
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

function countIds(data: Uint8Array): Float64Array {
  const counts = new Float64Array(256);
  for (let index = 0; index < data.length; index++) counts[data[index]!]!++;
  return counts;
}
