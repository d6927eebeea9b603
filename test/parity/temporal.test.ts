import { afterAll, describe, expect, test } from "vitest";
import type { Frame } from "../../src/core/frame.js";
import { shareOfEqual } from "../../src/core/mask.js";
import { Random } from "../../src/core/random.js";
import type { Engine } from "../../src/engine/engine.js";
import { loadModel } from "../../src/model/load-model.js";
import type { OnnxModel } from "../../src/model/onnx-model.js";
import { draw, type Scene } from "../engine/reference/pictures.js";
import { argmaxModel, convModel, nhwcModel, RGB_MANIFEST } from "../model/golden-models.js";
import { Engines, frameOf, hasNative, loaded } from "./engines.js";
import { classes, coarseModel, netModel } from "./models.js";

/** Beside a tie one rounding decides, and what it decides counts for the next frame too. */
const CLOSE = 0.998;
const FRAMES = 5;

const engines = new Engines();
afterAll(() => engines.closeAll());

/** A flight to the right past stripes and blobs, in the dark: the camera's noise decides what is near a threshold. */
function flight(width: number, height: number): Frame[] {
  const random = new Random(width);
  return Array.from({ length: FRAMES }, (_, index) => {
    const scene: Scene = (left, y) => {
      const x = left + index * 8;
      const shade = 128 + 60 * Math.sin(x / 9 + y / 31) * Math.cos(y / 13 - x / 47);
      const noisy = () => Math.round(shade + random.normal() * 6);
      return [noisy(), noisy(), noisy()];
    };
    return frameOf(draw(scene, width, height, "rgb8"));
  });
}

async function masksOf(engine: Engine, frames: readonly Frame[]): Promise<Uint8Array[]> {
  const masks: Uint8Array[] = [];
  for (const frame of frames) masks.push((await engine.segment(frame)).data.slice());
  return masks;
}

const binaryModel = convModel([[1, 0, 0]], [-0.5], {
  ...RGB_MANIFEST,
  output: { kind: "binary-logit" },
});

describe.skipIf(!hasNative)("engines agree on masks that depend on earlier frames", () => {
  const models: [string, OnnxModel, number, number][] = [
    ["two classes of a fused net", netModel(2, 1), 200, 136],
    ["three classes", netModel(3, 3), 200, 136],
    ["channels last", nhwcModel(RGB_MANIFEST), 70, 50],
    ["a binary logit", binaryModel, 70, 50],
    ["a stretched frame", coarseModel("stretch"), 130, 90],
    ["a frame in a letterbox", coarseModel("letterbox"), 130, 70],
    ["half floats", coarseModel("crop", "float16"), 130, 90],
    ["bytes", coarseModel("crop", "uint8"), 130, 90],
  ];
  test.each(models)("with %s", async (_, model, width, height) => {
    const frames = flight(width, height);
    const temporal = { temporal: true };
    const reference = await engines.start("reference", loaded(model), 2, "cpu", temporal);
    const expected = await masksOf(reference, frames);
    const actual = await masksOf(await engines.start("native", loaded(model), 2, "cpu", temporal), frames);
    actual.forEach((mask, index) => {
      expect(shareOfEqual(expected[index]!, mask)).toBeGreaterThanOrEqual(CLOSE);
    });
  });

  test("of a shipped model", async () => {
    const model = await loadModel("tied-s-perch_drone");
    const frames = flight(640, 512);
    const reference = await engines.start("reference", model, 2, "cpu", { temporal: true });
    const expected = await masksOf(reference, frames);
    const actual = await masksOf(await engines.start("native", model, 2, "cpu", { temporal: true }), frames);
    actual.forEach((mask, index) => {
      expect(shareOfEqual(expected[index]!, mask)).toBeGreaterThanOrEqual(CLOSE);
    });
  });
});

describe.each(hasNative ? (["native", "reference"] as const) : (["reference"] as const))(
  "the %s engine",
  (name) => {
    const model = loaded(nhwcModel(RGB_MANIFEST));
    const changed = (masks: readonly Uint8Array[]) =>
      masks.slice(1).reduce((sum, mask, index) => sum + 1 - shareOfEqual(masks[index]!, mask), 0);
    /** Always the same view, and the noise of a camera. */
    const [first] = flight(70, 50) as [Frame];
    const view = Array.from({ length: FRAMES }, (_, seq) => {
      const random = new Random(seq);
      return { ...first, seq, data: first.data.map((px) => px + random.normal() * 4) };
    });

    test("lets masks flicker less with temporal", async () => {
      const off = await masksOf(await engines.start(name, model, 1), view);
      const on = await masksOf(await engines.start(name, model, 1, "cpu", { temporal: true }), view);
      expect(on[0]).toEqual(off[0]);
      expect(changed(on)).toBeLessThan(changed(off) * 0.7);
    });

    test("forgets when told to: the same frames give the same masks again", async () => {
      const engine = await engines.start(name, model, 1, "cpu", { temporal: true });
      const once = await masksOf(engine, view);
      engine.forget?.();
      expect(await masksOf(engine, view)).toEqual(once);
    });

    test("begins anew with another camera", async () => {
      const engine = await engines.start(name, model, 1, "cpu", { temporal: true });
      const once = await masksOf(engine, view);
      const other = view.map((frame) => ({ ...frame, frameId: "cam1" }));
      expect(await masksOf(engine, other)).toEqual(once);
    });

    test("begins anew behind a frame that was to do so and failed", async () => {
      const engine = await engines.start(name, model, 1, "cpu", { temporal: true });
      const once = await masksOf(engine, view);
      engine.forget?.();
      const broken: Frame = { ...view[0]!, encoding: "png", step: 0, data: Uint8Array.of(1, 2, 3) };
      await expect(engine.segment(broken)).rejects.toThrow(
        expect.objectContaining({ code: "FRAME_UNDECODABLE" }),
      );
      expect(await masksOf(engine, view)).toEqual(once);
    });

    test("refuses temporal for a net that gives class ids", async () => {
      const ids = loaded(argmaxModel({ ...RGB_MANIFEST, classes: classes(3) }));
      await expect(engines.start(name, ids, 1, "cpu", { temporal: true })).rejects.toThrow(
        expect.objectContaining({ code: "USAGE", expected: "a net that gives scores with temporal" }),
      );
    });
  },
);
