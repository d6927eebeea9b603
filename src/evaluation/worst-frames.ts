import path from "node:path";
import { writeFileAtomic } from "../core/atomic-write.js";
import type { Dataset } from "../dataset/dataset.js";
import { readImage, readLabel } from "../dataset/read-picture.js";
import type { Engine } from "../engine/engine.js";
import { drawOverlay } from "../overlay/draw-overlay.js";
import { encodeOverlay } from "../overlay/encode-overlay.js";
import { type FrameScore, segmentLabelled } from "./evaluate.js";

/** @returns the frames with the lowest IoU, the lowest first; frames without any class are none of them */
export function chooseWorst(frames: readonly FrameScore[], count: number): FrameScore[] {
  return frames
    .filter(({ iou }) => iou !== null)
    .toSorted((a, b) => a.iou! - b.iou!)
    .slice(0, count);
}

/**
 * Writes a picture of each frame: the image, the label and the mask side by side. Ignored px are dark in the label.
 * @param dir made if it is not there; files are named by rank, IoU in percent and frame
 * @returns the files
 * @throws MavsegError `OUTPUT_UNWRITABLE`
 */
export async function writeWorst(
  engine: Engine,
  dataset: Dataset,
  worst: readonly FrameScore[],
  dir: string,
): Promise<string[]> {
  const files: string[] = [];
  for (const [index, score] of worst.entries()) {
    const rank = String(index + 1).padStart(String(worst.length).length, "0");
    const name = path.basename(score.frame.name).replace(/[^\w.-]/g, "_");
    const file = path.join(dir, `${rank}-${(score.iou! * 100).toFixed(0)}-${name}.jpg`);
    await writeFileAtomic(file, await drawComparison(engine, dataset, score, index));
    files.push(file);
  }
  return files;
}

async function drawComparison(
  engine: Engine,
  { classes, ignoreIndex }: Dataset,
  { frame }: FrameScore,
  seq: number,
): Promise<Uint8Array> {
  const [image, label] = await Promise.all([readImage(frame.imagePath, "rgb"), readLabel(frame.labelPath)]);
  const { width, height } = label;
  const mask = await segmentLabelled(engine, frame, label, seq);
  const labelled = drawOverlay(image, label.data, classes);
  darken(labelled, label.data, ignoreIndex);
  const panels = [image.data, labelled, drawOverlay(image, mask.data, classes, { objects: mask.objects })];
  mask.release?.();
  return encodeOverlay(sideBySide(panels, width, height), width * panels.length, height, "jpeg");
}

function darken(rgb: Uint8Array, label: Uint8Array, ignoreIndex: number): void {
  for (let at = 0; at < label.length; at++) {
    if (label[at] !== ignoreIndex) continue;
    for (let c = 0; c < 3; c++) rgb[at * 3 + c]! >>= 1;
  }
}

function sideBySide(panels: readonly Uint8Array[], width: number, height: number): Uint8Array {
  const rowBytes = width * 3;
  const all = new Uint8Array(rowBytes * height * panels.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (const panel of panels) {
      all.set(panel.subarray(y * rowBytes, (y + 1) * rowBytes), to);
      to += rowBytes;
    }
  }
  return all;
}
