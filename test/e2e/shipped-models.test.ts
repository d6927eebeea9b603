import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { lastJson, mavseg } from "./processes.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
// Not part of the repository (no licence came with it): where it lies beside it, nets are scored on it.
const REAL_DATA = path.join(ROOT, "../shared/data");

const models = readdirSync(path.join(ROOT, "models"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test.each(models)("%s bears its folder's name, is tied, small, and has a card", async (name) => {
  const { code, stdout } = await mavseg("describe", "--model", name, "--json").ended();
  expect(code).toBe(0);
  const { manifest, exportedParameters, parameters, sha256 } = lastJson(stdout) as {
    manifest: { name: string };
    exportedParameters: number;
    parameters: { uses: number }[];
    sha256: string;
  };
  expect(manifest.name).toBe(name);
  expect(exportedParameters).toBeLessThanOrEqual(20_000);
  if (name.startsWith("tied-")) expect(parameters.some(({ uses }) => uses > 1)).toBe(true);
  expect(readFileSync(path.join(ROOT, "models", name, "card.md"), "utf8")).toContain(sha256);
});

test.each(models.filter((name) => existsSync(path.join(ROOT, "models", name, "model-fp16.onnx"))))(
  "%s in half floats is the same net, and runs on the same kernels",
  async (name) => {
    const describeModel = async (file: string) =>
      lastJson(
        (await mavseg("describe", "--model", path.join(ROOT, "models", name, file), "--json").ended()).stdout,
      ) as { manifest: { input: object; training: object }; exportedParameters: number; kernels: string };
    const [whole, half] = [await describeModel("model.onnx"), await describeModel("model-fp16.onnx")];
    expect(half.manifest).toEqual({
      ...whole.manifest,
      input: { ...whole.manifest.input, dtype: "float16" },
    });
    expect([half.exportedParameters, half.kernels]).toEqual([whole.exportedParameters, whole.kernels]);
  },
);

describe.skipIf(!existsSync(REAL_DATA))("on every tenth real frame (skipped without the real data)", () => {
  // Well under what the cards say for all frames: a tenth of them scatters by some points.
  test.each([
    ["perch_drone", 0.35],
    ["tn_penstock", 0.22],
  ])("tied-m-%s scores what a trained net scores", async (dataset, leastIoU) => {
    const dir = await everyTenthFrame(dataset);
    try {
      const scored = mavseg(
        "eval",
        "--model",
        `tied-m-${dataset}`,
        "--data",
        dir,
        "--split",
        "val",
        "--json",
      );
      const { code, stdout } = await scored.ended();
      expect(code).toBe(0);
      const { iou } = lastJson(stdout) as { iou: Record<string, number> };
      const ofClasses = Object.entries(iou).filter(([name]) => name !== "background");
      const mean = ofClasses.reduce((sum, [, value]) => sum + (value ?? 0), 0) / ofClasses.length;
      expect(mean).toBeGreaterThanOrEqual(leastIoU);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

/** A data set of links: every tenth frame of a val split. */
async function everyTenthFrame(dataset: string): Promise<string> {
  const source = path.join(REAL_DATA, dataset);
  const dir = await mkdtemp(path.join(tmpdir(), "mavseg-tenth-"));
  await symlink(path.join(source, "dataset.json"), path.join(dir, "dataset.json"));
  for (const folder of ["images", "labels"]) {
    const files = readdirSync(path.join(source, "val", folder)).sort();
    await mkdir(path.join(dir, "val", folder), { recursive: true });
    for (const file of files.filter((_, index) => index % 10 === 0)) {
      await symlink(path.join(source, "val", folder, file), path.join(dir, "val", folder, file));
    }
  }
  return dir;
}
