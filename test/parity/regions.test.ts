import { afterAll, describe, expect, test } from "vitest";
import type { LoadedModel } from "../../src/model/load-model.js";
import { DEFAULT_TEMPORAL } from "../../src/temporal/settings.js";
import { draw, type Scene } from "../engine/reference/pictures.js";
import { nhwcModel, RGB_MANIFEST } from "../model/golden-models.js";
import { Engines, frameOf, hasNative, loaded } from "./engines.js";
import { netModel } from "./models.js";

// Regions that must be confirmed (`output.confirmAt`): what each engine drops, and that they drop the same.

const engines = new Engines();
afterAll(() => engines.closeAll());

/** Spots of many strengths. */
const scene: Scene = (x, y) => {
  const strength = Math.sin(x / 9) * Math.cos(y / 7) * ((x * y) % 131);
  return [128 + strength * 0.8, 128 - strength * 0.6, 100 + (x % 90)].map((value) =>
    Math.min(255, Math.max(0, Math.round(value))),
  ) as unknown as [number, number, number];
};

function withConfirmAt(model: LoadedModel, confirmAt: number[] | undefined): LoadedModel {
  const { manifest } = model;
  return { ...model, manifest: { ...manifest, output: { ...manifest.output, confirmAt } } };
}

const picture = () => frameOf(draw(scene, 317, 203, "rgb8"));
const differing = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, id, px) => sum + (id === b[px] ? 0 : 1), 0);

async function masksOf(model: LoadedModel, more: Parameters<Engines["start"]>[4] = {}) {
  const reference = await engines.start("reference", model, 1, "cpu", more);
  const native = await engines.start("native", model, 2, "cpu", more);
  return {
    reference: (await reference.segment(picture())).data.slice(),
    native: (await native.segment(picture())).data.slice(),
  };
}

describe.skipIf(!hasNative)("regions that must be confirmed", () => {
  test.each([
    ["two classes", netModel(2, 3), 0.4],
    ["five classes", netModel(5, 3), 0.4],
    ["channels last", nhwcModel(RGB_MANIFEST), 0.2],
  ] as const)("%s: both engines drop the same", async (_, onnx, lead) => {
    const model = loaded(onnx);
    const confirmAt = model.manifest.classes.map(({ id }) => (id === 0 ? 0 : lead));
    const all = await masksOf(withConfirmAt(model, undefined));
    const confirmed = await masksOf(withConfirmAt(model, confirmAt));
    expect(differing(confirmed.native, confirmed.reference)).toBeLessThan(0.001 * confirmed.native.length);
    expect(differing(confirmed.native, all.native)).toBeGreaterThan(0);
    // A lead that nothing reaches leaves the background alone.
    const none = await masksOf(
      withConfirmAt(
        model,
        confirmAt.map((value) => value * 1000),
      ),
    );
    expect(none.native.every((id) => id === 0)).toBe(model.manifest.classes.length === 2);
    expect(differing(none.native, none.reference)).toBeLessThan(0.001 * none.native.length);
  });

  test("with earlier frames counting as well", async () => {
    const model = withConfirmAt(loaded(netModel(2, 3)), [0, 0.4]);
    const temporal = DEFAULT_TEMPORAL;
    const { native, reference } = await masksOf(model, { temporal: { ...temporal, hysteresis: [0, 0] } });
    expect(differing(native, reference)).toBeLessThan(0.001 * native.length);
  });
});
