import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layersSchema } from "../../src/benchmark/layers/layer-report.js";
import { profileLayers } from "../../src/benchmark/layers/profile-layers.js";
import { type LoadedModel, loadModel } from "../../src/model/load-model.js";
import { writeTinyModel } from "../e2e/tiny-model.js";

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(await writeTinyModel());
});
afterAll(() => rm(path.dirname(model.path), { recursive: true }));

const options = {
  size: { width: 64, height: 48 },
  threads: 1,
  executionProvider: "cpu",
  runs: 5,
  roofline: null,
};

describe("layers", () => {
  test("are those that run, with what they compute and move, and shares that add up", async () => {
    const report = layersSchema.parse(await profileLayers(model, options));
    // One channel to two by a 1x1 kernel.
    expect(report.macs).toBe(64 * 48 * 2);
    const conv = report.layers.find(({ opType }) => opType.includes("Conv"))!;
    // More where the processor's vectors are wider than two channels.
    expect(conv.bytes).toBeGreaterThanOrEqual(4 * (64 * 48 + 2 + 2 + 2 * 64 * 48));
    expect(report.layers.reduce((sum, { timeShare }) => sum + timeShare, 0)).toBeCloseTo(1, 9);
    expect(report.roofline.macsPerSecond).toBeGreaterThan(0);
    const speeds = report.roofline.bandwidths.map(({ bytesPerSecond }) => bytesPerSecond);
    expect(speeds).toEqual(speeds.toSorted((a, b) => b - a));
  });

  test("are held against a roofline that is known already", async () => {
    const roofline = { macsPerSecond: 1, bandwidths: [{ workingSetBytes: 1, bytesPerSecond: 1e18 }] };
    const report = await profileLayers(model, { ...options, roofline });
    expect(report.roofline).toEqual(roofline);
    // One multiply-accumulate per second.
    expect(report.layers.reduce((sum, { rooflineMs }) => sum + rooflineMs, 0)).toBeCloseTo(
      64 * 48 * 2 * 1000,
      3,
    );
  });

  test("of another provider than the CPU are refused: its profile would not hold them", async () => {
    await expect(profileLayers(model, { ...options, executionProvider: "webgpu" })).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      actual: "webgpu",
    });
  });
});
