import sharp from "sharp";
import { type Frame, packedStep } from "../../core/frame.js";
import { findObjects, type Mask } from "../../core/mask.js";
import { openDataset } from "../../dataset/dataset.js";
import { listSplit } from "../../dataset/split.js";
import type { Engine } from "../../engine/engine.js";
import { meanOfKnown } from "../../evaluation/centroid-distance.js";
import { evaluate } from "../../evaluation/evaluate.js";
import type { Size } from "../cell.js";
import type { Accuracy } from "../report.js";

/**
 * Scores an engine as the cell uses it: labelled pictures are brought to the cell's size, and masks back to the label's.
 * @throws MavsegError as `openDataset`, `listSplit` and `evaluate` do
 */
export async function scoreCell(
  engine: Engine,
  size: Size,
  folder: string,
  split: string,
  progress: (share: number) => void,
): Promise<Accuracy> {
  const dataset = await openDataset(folder);
  const frames = await listSplit(dataset, split);
  const { confusion } = await evaluate(new SizedEngine(engine, size), dataset, frames, (done) =>
    progress(done / frames.length),
  );
  const iou = confusion.iou();
  return {
    dataset: dataset.name,
    split,
    images: frames.length,
    meanIoU: confusion.meanIoU(),
    meanIoUWithoutBackground: meanOfKnown(iou.slice(1)),
    pixelAccuracy: confusion.pixelAccuracy(),
    classes: dataset.classes.map(({ id, name }) => ({ name, iou: iou[id] ?? null })),
  };
}

/** An engine whose frames come at another size than the pictures have. */
class SizedEngine implements Engine {
  readonly #engine: Engine;
  readonly #size: Size;

  constructor(engine: Engine, size: Size) {
    this.#engine = engine;
    this.#size = size;
  }

  get name(): string {
    return this.#engine.name;
  }

  get executionProvider(): string {
    return this.#engine.executionProvider;
  }

  get manifest(): Engine["manifest"] {
    return this.#engine.manifest;
  }

  get modelSha256(): string {
    return this.#engine.modelSha256;
  }

  async segment(frame: Frame): Promise<Mask> {
    const { width, height } = this.#size;
    if (frame.width === width && frame.height === height) return this.#engine.segment(frame);
    const image = sharp(frame.data)
      .removeAlpha()
      .toColourspace("srgb")
      .resize(width, height, { fit: "fill" });
    const data = await image.raw().toBuffer();
    const step = packedStep("rgb8", width);
    const mask = await this.#engine.segment({ ...frame, width, height, step, encoding: "rgb8", data });
    const enlarged = resizeNearest(mask.data, this.#size, frame);
    mask.release?.();
    const classCount = this.manifest.classes.length;
    const objects = findObjects(enlarged, frame.width, frame.height, classCount);
    return {
      ...mask,
      width: frame.width,
      height: frame.height,
      data: enlarged,
      objects,
      release: undefined,
    };
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/** Class ids cannot be mixed: each px takes the one that covers its centre. */
export function resizeNearest(ids: Uint8Array, from: Size, to: Size): Uint8Array {
  const resized = new Uint8Array(to.width * to.height);
  for (let y = 0, at = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * from.height) / to.height) * from.width;
    for (let x = 0; x < to.width; x++, at++) {
      resized[at] = ids[row + Math.floor(((x + 0.5) * from.width) / to.width)]!;
    }
  }
  return resized;
}
