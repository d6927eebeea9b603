import { afterAll, describe, expect, test } from "vitest";
import { encodeRle8Into, rle8MaxBytes } from "../../src/transport/rle8.js";
import { draw, type Scene } from "../engine/reference/pictures.js";
import { argmaxModel, node, onnxModel, RGB_MANIFEST, redGreenModel, value } from "../model/golden-models.js";
import { Engines, frameOf, hasNative, loaded } from "./engines.js";

const engines = new Engines();
afterAll(() => engines.closeAll());

const CLASSES = ["background", "red", "green"].map((name, id) => ({ id, name, color: "#336699" }));

/** A net that runs on frames of 4x4 px alone. */
const pickyModel = () =>
  onnxModel({
    node: [node("Reshape", ["image", "shape"], "logits")],
    initializer: [{ name: "shape", dims: [4], dataType: 7, int64Data: [1, 3, 4, 4] }],
    input: [value("image", "float32", ["n", 3, "h", "w"])],
    output: [value("logits", "float32", ["n", 3, "h", "w"])],
    manifest: RGB_MANIFEST,
  });

const withRunLengths = (model = redGreenModel(), threads = 2) =>
  engines.start("native", loaded(model), threads, "cpu", { runLengths: true });

/** What a sender that knows nothing of the engine makes of the mask. */
function rle8(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(rle8MaxBytes(data.length));
  return out.slice(0, encodeRle8Into(data, out));
}

/** Red below a slope and green dots above it, so that runs of all lengths cross rows. */
const slope: Scene = (x, y) =>
  y * 3 > x + 40 ? [255, 0, 0] : (x * 7 + y * 13) % 101 === 0 ? [0, 255, 0] : [0, 0, 0];
const noise: Scene = (x, y) => ((x * 31 + y * 17) % 3 === 0 ? [255, 0, 0] : [0, 255, 0]);
const black: Scene = () => [0, 0, 0];

describe.skipIf(!hasNative)("run lengths of the native engine are those of its mask", () => {
  test.each([
    ["one class in ten thousands of px", black, 301, 203],
    ["few long runs", slope, 157, 131],
    ["px that all differ", noise, 75, 67],
    ["one column", slope, 1, 90],
    ["one row", noise, 90, 1],
  ] as const)("%s", async (_, scene, width, height) => {
    for (const model of [redGreenModel(), argmaxModel({ ...RGB_MANIFEST, classes: CLASSES })]) {
      for (const threads of [1, 3]) {
        const engine = await withRunLengths(model, threads);
        const mask = await engine.segment(frameOf(draw(scene, width, height, "rgb8")));
        expect(mask.runLengths).toEqual(rle8(mask.data));
      }
    }
  });

  test("they outlive the next frames and the mask's release", async () => {
    const engine = await withRunLengths();
    const scenes = [slope, noise, black, slope, noise];
    const inFlight = scenes.map((scene) => engine.segment(frameOf(draw(scene, 64, 48, "rgb8"))));
    const masks = await Promise.all(inFlight);
    const expected = masks.map(({ data }) => rle8(data));
    for (const mask of masks) mask.release?.();
    await engine.segment(frameOf(draw(black, 64, 48, "rgb8")));
    expect(masks.map(({ runLengths }) => runLengths)).toEqual(expected);
  });

  test("frames that fail leave the next one's intact", async () => {
    const engine = await withRunLengths(pickyModel());
    const bad = engine.segment(frameOf(draw(noise, 8, 8, "rgb8")));
    await expect(bad).rejects.toMatchObject({ code: "INFERENCE_FAILED" });
    const mask = await engine.segment(frameOf(draw(noise, 4, 4, "rgb8")));
    expect(mask.runLengths).toEqual(rle8(mask.data));
  });

  test("nobody pays for them who does not ask", async () => {
    const engine = await engines.start("native", loaded(redGreenModel()));
    const mask = await engine.segment(frameOf(draw(slope, 20, 12, "rgb8")));
    expect(mask.runLengths).toBeUndefined();
  });
});
