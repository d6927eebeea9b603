import type { CropTarget } from "./sample-crop.js";

/**
 * Counts how many px of each class a cell of the logits covers. Counts instead of one winner keep the boundary's place
 * within a cell: that is what bilinear logits can express.
 * @param ids `[height, width]` class ids; what is no class counts for none, so a cell's sum says how much of it is known
 * @param counts filled: `[height/stride, width/stride, classes]`
 */
export function countCells(ids: Uint8Array, target: CropTarget, counts: Uint8Array): void {
  const { width, height, stride, classCount } = target;
  const cellsPerRow = width / stride;
  counts.fill(0);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / stride) * cellsPerRow;
    for (let x = 0; x < width; x++) {
      const id = ids[at++]!;
      if (id < classCount) counts[(row + ((x / stride) | 0)) * classCount + id]!++;
    }
  }
}
