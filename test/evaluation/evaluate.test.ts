import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Frame } from "../../src/core/frame.js";
import type { Mask } from "../../src/core/mask.js";
import { type Dataset, openDataset } from "../../src/dataset/dataset.js";
import { type LabelledFrame, listSplit } from "../../src/dataset/split.js";
import type { Engine } from "../../src/engine/engine.js";
import { MavsegError } from "../../src/errors.js";
import { evaluate } from "../../src/evaluation/evaluate.js";
import { placeholderClasses } from "../../src/model/manifest.js";

const SIDE = 4;
const FRAMES = 6;

let dataset: Dataset;
let frames: LabelledFrame[];
beforeAll(async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "mavseg-evaluate-"));
  await writeFile(
    path.join(dir, "dataset.json"),
    JSON.stringify({ name: "squares", classes: placeholderClasses(2) }),
  );
  for (const folder of ["images", "labels"]) await mkdir(path.join(dir, "val", folder), { recursive: true });
  for (let index = 0; index < FRAMES; index++) {
    // The first `index` px are class 1.
    const label = Uint8Array.from({ length: SIDE * SIDE }, (_, px) => (px < index ? 1 : 0));
    const raw = { raw: { width: SIDE, height: SIDE, channels: 1 as const } };
    for (const folder of ["images", "labels"]) {
      await sharp(label, raw)
        .toColourspace("b-w")
        .png()
        .toFile(path.join(dir, "val", folder, `${index}.png`));
    }
  }
  dataset = await openDataset(dir);
  frames = await listSplit(dataset, "val");
});
afterAll(() => rm(dataset.dir, { recursive: true }));

/** Answers every frame with class 0, but for what `answer` does. */
function fakeEngine(answer: (frame: Frame) => Promise<Uint8Array> | Uint8Array, classCount = 2): Engine {
  return {
    name: "fake",
    executionProvider: "none",
    manifest: { classes: placeholderClasses(classCount) } as Engine["manifest"],
    modelSha256: "",
    async segment(frame) {
      return { data: await answer(frame) } as Mask;
    },
    async close() {},
  };
}

describe("evaluate", () => {
  test("frames come in their own format and size and are counted once each", async () => {
    const seen: string[] = [];
    const engine = fakeEngine(({ frameId, encoding, width, height }) => {
      seen.push(`${frameId} ${encoding} ${width}x${height}`);
      return new Uint8Array(SIDE * SIDE);
    });
    const steps: number[] = [];
    const { confusion, centroidDistancePx } = await evaluate(engine, dataset, frames, (done) =>
      steps.push(done),
    );
    expect(seen.sort()).toEqual(frames.map(({ name }) => `${name} png 4x4`));
    expect(confusion.rows()).toEqual([
      [FRAMES * 16 - 15, 0],
      [15, 0],
    ]);
    expect(centroidDistancePx[1]).toBeNull();
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("each frame has a score of its own, in the split's order", async () => {
    const engine = fakeEngine(() => Uint8Array.from({ length: SIDE * SIDE }, (_, px) => (px < 2 ? 1 : 0)));
    const { frames: scores } = await evaluate(engine, dataset, frames);
    expect(scores.map(({ frame }) => frame.name)).toEqual(frames.map(({ name }) => name));
    // The first `index` px are of the class, the first two are found.
    expect(scores.map(({ iou }) => iou)).toEqual([0, 1 / 2, 1, 2 / 3, 2 / 4, 2 / 5]);
  });

  test("two frames are in flight, so that reading and running overlap", async () => {
    let inFlight = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const engine = fakeEngine(async () => {
      inFlight++;
      most = Math.max(most, inFlight);
      // The first of each pair waits for the second: with one in flight this would never end.
      if (waiting.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else waiting.pop()!();
      inFlight--;
      return new Uint8Array(SIDE * SIDE);
    });
    await evaluate(engine, dataset, frames);
    expect(most).toBe(2);
  });

  test("an error names its frame and ends the work", async () => {
    let asked = 0;
    const engine = fakeEngine(() => {
      asked++;
      throw new MavsegError("FRAME_UNDECODABLE", { expected: "a png file", actual: "noise" });
    });
    await expect(evaluate(engine, dataset, frames)).rejects.toThrow(
      expect.objectContaining({
        code: "FRAME_UNDECODABLE",
        actual: expect.stringMatching(/^noise \(.*[01]\.png with/),
      }),
    );
    expect(asked).toBeLessThanOrEqual(2);
  });

  test("a model with other classes is not scored", async () => {
    const engine = fakeEngine(() => new Uint8Array(0), 3);
    await expect(evaluate(engine, dataset, frames)).rejects.toThrow(
      expect.objectContaining({ code: "CLASSES_MISMATCH", actual: "background, class1, class2" }),
    );
  });
});
