import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic } from "../core/atomic-write.js";
import { type ClassInfo, defaultColor, IGNORE_INDEX } from "../core/classes.js";
import { readImage, readLabel } from "../dataset/read-picture.js";
import type { LabelledFrame } from "../dataset/split.js";
import { MavsegError } from "../errors.js";
import { ConfusionMatrix } from "../evaluation/confusion-matrix.js";
import { drawOverlay } from "../overlay/draw-overlay.js";
import { encodeOverlay } from "../overlay/encode-overlay.js";
import { SYNTH_CLASSES } from "../synth/synth-dataset.js";
import { decodeMaskPixels } from "../transport/mask-pixels.js";
import type { ReceivedMask } from "../transport/mask-subscriber.js";

const DRONE_CLASS = 1;
/** Names of the files that an earlier demo left and that this one replaces. */
const OVERLAY_FILE = /^frame\d+\.jpg$/;

/**
 * Compares masks with the exact labels of their frames.
 * @param frames of the flight, by `seq`
 * @returns IoU of the drone over all masks, 0..1; null when it is neither there nor seen
 */
export async function scoreMasks(
  masks: readonly ReceivedMask[],
  frames: readonly LabelledFrame[],
  onProgress: (done: number) => void,
): Promise<number | null> {
  const classCount = Math.max(2, masks[0]?.header.classes.length ?? 0);
  const confusion = new ConfusionMatrix(classCount, IGNORE_INDEX);
  for (const [index, mask] of masks.entries()) {
    const label = await readLabel(frameOf(mask, frames).labelPath);
    confusion.add(label.data, await decodeMaskPixels(mask));
    onProgress(index + 1);
  }
  return confusion.iou()[DRONE_CLASS] ?? null;
}

/**
 * Draws some masks over their frames, evenly spread, as `frame<seq>.jpg`.
 * @returns how many were drawn
 * @throws MavsegError `OUTPUT_UNWRITABLE`
 */
export async function writeOverlays(
  masks: readonly ReceivedMask[],
  frames: readonly LabelledFrame[],
  dir: string,
  most: number,
): Promise<number> {
  await emptyOverlays(dir);
  const count = Math.min(most, masks.length);
  for (let i = 0; i < count; i++) {
    await writeOverlay(masks[Math.floor(((i + 0.5) * masks.length) / count)]!, frames, dir);
  }
  return count;
}

async function emptyOverlays(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    for (const file of await readdir(dir)) if (OVERLAY_FILE.test(file)) await rm(path.join(dir, file));
  } catch (cause) {
    const actual = (cause as Error).message;
    throw new MavsegError("OUTPUT_UNWRITABLE", { expected: `to write to ${dir}`, actual, cause });
  }
}

async function writeOverlay(
  mask: ReceivedMask,
  frames: readonly LabelledFrame[],
  dir: string,
): Promise<void> {
  const { seq, objects, width, height, classes } = mask.header;
  const { data, channels } = await readImage(frameOf(mask, frames).imagePath, "grey");
  const pixels = await decodeMaskPixels(mask);
  const legend = { seq, ageMs: mask.ageMs };
  const rgb = drawOverlay({ data, width, height, channels }, pixels, classes.map(toClassInfo), {
    objects,
    legend,
  });
  const file = path.join(dir, `frame${String(seq).padStart(5, "0")}.jpg`);
  await writeFileAtomic(file, await encodeOverlay(rgb, width, height, "jpeg"));
}

/** A mask's message names its classes; the colours are those of the flight where it has such a class. */
function toClassInfo(name: string, id: number): ClassInfo {
  return { id, name, color: SYNTH_CLASSES[id]?.color ?? defaultColor(id) };
}

function frameOf({ header }: ReceivedMask, frames: readonly LabelledFrame[]): LabelledFrame {
  const frame = frames[header.seq];
  if (frame !== undefined) return frame;
  throw new MavsegError("MESSAGE_INVALID", {
    expected: `a seq of 0..${frames.length - 1}, as the camera sends`,
    actual: String(header.seq),
  });
}
