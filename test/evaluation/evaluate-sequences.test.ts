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
import { evaluateSequences } from "../../src/evaluation/evaluate-sequences.js";
import { sequenceFrames } from "../../src/evaluation/sequences.js";
import { placeholderClasses } from "../../src/model/manifest.js";

const SIDE = 4;
/** With the number of px that are class 1 in the label, and the picture's side. */
const FRAMES = [
  ["a_0", 0, SIDE],
  ["a_1", 2, SIDE],
  ["a_2", 2, SIDE],
  // Behind a gap.
  ["a_4", 2, SIDE],
  ["b_0", 4, SIDE],
  // Of another size.
  ["b_1", 4, 2 * SIDE],
] as const;

let dataset: Dataset;
let frames: LabelledFrame[];
beforeAll(async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "mavseg-sequences-"));
  await writeFile(
    path.join(dir, "dataset.json"),
    JSON.stringify({ name: "squares", classes: placeholderClasses(2) }),
  );
  for (const folder of ["images", "labels"]) await mkdir(path.join(dir, "val", folder), { recursive: true });
  for (const [name, bright, side] of FRAMES) {
    const label = Uint8Array.from({ length: side * side }, (_, px) => (px < bright ? 1 : 0));
    const image = sharp(label, { raw: { width: side, height: side, channels: 1 } }).toColourspace("b-w");
    for (const folder of ["images", "labels"]) {
      await image.png().toFile(path.join(dir, "val", folder, `${name}.png`));
    }
  }
  dataset = await openDataset(dir);
  frames = await listSplit(dataset, "val");
});
afterAll(() => rm(dataset.dir, { recursive: true }));

/** Says class 1 of so many px more than of the frame before; that of frames that follow on none is class 0 alone. */
class CountingEngine implements Engine {
  readonly name = "fake";
  readonly executionProvider = "none";
  readonly manifest = { classes: placeholderClasses(2) } as Engine["manifest"];
  readonly modelSha256 = "";
  /** What was asked of it, in order: a sequence's frame, or `|` for forgetting. */
  asked = "";
  lent = 0;
  mostLent = 0;
  #bright = -1;

  forget(): void {
    this.asked += "|";
    this.#bright = -1;
  }

  async segment({ frameId, stamp, seq, width, height }: Frame): Promise<Mask> {
    this.asked += `${frameId}${seq}@${stamp.sec} `;
    const bright = ++this.#bright;
    const data = Uint8Array.from({ length: width * height }, (_, px) => (px < bright ? 1 : 0));
    this.mostLent = Math.max(this.mostLent, ++this.lent);
    const release = () => {
      this.lent--;
      data.fill(1);
    };
    return { data, release } as unknown as Mask;
  }

  async close() {}
}

function run(engine: Engine, maxStep = 1, onFrame?: (done: number) => void) {
  return evaluateSequences(engine, dataset, sequenceFrames(frames, { frameDigits: 1, maxStep }), onFrame);
}

describe("evaluateSequences", () => {
  test("earlier frames are forgotten where a frame follows on none: at a sequence's beginning, a gap, another size", async () => {
    const engine = new CountingEngine();
    const steps: number[] = [];
    await run(engine, 1, (done) => steps.push(done));
    expect(engine.asked).toBe("|a_0@0 a_1@0 a_2@0 |a_3@0 |b_4@0 |b_5@0 ");
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
    const wider = new CountingEngine();
    await run(wider, 2);
    expect(wider.asked).toBe("|a_0@0 a_1@0 a_2@0 a_3@0 |b_4@0 |b_5@0 ");
  });

  test("flicker is counted from each frame to the one that follows on it, sequence by sequence", async () => {
    const { sequences, flicker, confusion, frames: scores } = await run(new CountingEngine());
    expect(sequences.map(({ name, frames: count, followers }) => [name, count, followers])).toEqual([
      ["a_", 4, 2],
      ["b_", 2, 0],
    ]);
    // From a_0 to a_1 the labels of 14 px stay, and the mask's first px changes where the label does; from a_1 to a_2
    // all 16 stay, and the second px changes.
    expect(sequences.map((one) => one.flicker.share())).toEqual([1 / 30, null]);
    expect(flicker.share()).toBe(1 / 30);
    expect(sequences.map((one) => one.confusion.rows())).toEqual([
      [
        [58, 0],
        [3, 3],
      ],
      [
        [72, 0],
        [8, 0],
      ],
    ]);
    expect(confusion.rows()).toEqual([
      [130, 0],
      [11, 3],
    ]);
    expect(scores.map(({ frame, iou }) => [frame.name, iou])).toEqual([
      ["a_0", null],
      ["a_1", 1 / 2],
      ["a_2", 1],
      ["a_4", 0],
      ["b_0", 0],
      ["b_1", 0],
    ]);
  });

  test("a mask is kept until the next one was compared with it, and given back then", async () => {
    const engine = new CountingEngine();
    await run(engine);
    expect([engine.mostLent, engine.lent]).toEqual([2, 1]);
  });

  test("an engine without memory of earlier frames is scored, too", async () => {
    const engine = new CountingEngine();
    const { sequences } = await run({
      name: "fake",
      executionProvider: "none",
      manifest: engine.manifest,
      modelSha256: "",
      segment: (frame) => {
        engine.forget();
        return engine.segment(frame);
      },
      close: () => engine.close(),
    });
    expect(sequences[0]?.flicker.share()).toBe(0);
  });

  test("an error names its frame", async () => {
    const engine = new CountingEngine();
    engine.segment = async () => ({ data: new Uint8Array(3) }) as Mask;
    await expect(run(engine)).rejects.toThrow(
      expect.objectContaining({ code: "DATASET_INVALID", actual: expect.stringContaining("a_0.png") }),
    );
  });
});
