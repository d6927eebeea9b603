import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { RGB_MANIFEST, redGreenModel } from "../model/golden-models.js";
import { lastJson, mavseg } from "./processes.js";

const CLASSES = ["background", "red", "green"].map((name, id) => ({ id, name, color: "#808080" }));
const WIDTH = 16;
const HEIGHT = 8;

let dir: string;
let model: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-eval-"));
  model = path.join(dir, "red-green.onnx");
  await writeFile(model, encodeModel(redGreenModel({ ...RGB_MANIFEST, classes: CLASSES })));
  await writeFile(path.join(dir, "dataset.json"), JSON.stringify({ name: "stripes", classes: CLASSES }));
  await writeFrame("first", () => 1);
  await writeFrame("second", (x) => (x < 4 ? 255 : x < 8 ? 2 : 0));
});
afterAll(() => rm(dir, { recursive: true }));

/** A picture whose left half is red, with a label of one's own. */
async function writeFrame(name: string, label: (x: number) => number): Promise<void> {
  for (const folder of ["images", "labels"]) await mkdir(path.join(dir, "test", folder), { recursive: true });
  const red = Buffer.from([255, 0, 0]);
  const black = Buffer.from([0, 0, 0]);
  const pixels = Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index % WIDTH < 8 ? red : black));
  await sharp(Buffer.concat(pixels), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toFile(path.join(dir, "test", "images", `${name}.png`));
  const ids = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, index) => label(index % WIDTH));
  await sharp(ids, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toFile(path.join(dir, "test", "labels", `${name}.png`));
}

describe("mavseg eval", () => {
  test("--json prints the figures of a split that was counted by hand", async () => {
    const { code, stdout } = await mavseg(
      "eval",
      "--model",
      model,
      "--data",
      dir,
      "--split",
      "test",
      "--json",
    ).ended();
    expect(code).toBe(0);
    const result = lastJson(stdout);
    expect(Object.keys(result).slice(0, 7)).toEqual([
      "model",
      "split",
      "images",
      "iou",
      "mIoU",
      "pixelAccuracy",
      "confusion",
    ]);
    // First frame: all labelled red, its left half found. Second: 4 columns ignored, 4 green ones taken for red, the
    // right half background, as it is.
    expect(result).toMatchObject({
      model: "red-green",
      split: "test",
      images: 2,
      iou: { background: 64 / 128, red: 64 / 160, green: 0 },
      mIoU: (0.5 + 0.4 + 0) / 3,
      pixelAccuracy: 128 / 224,
      confusion: [
        [64, 0, 0],
        [64, 64, 0],
        [0, 32, 0],
      ],
      falseNegativeRate: { background: 0, red: 0.5, green: 1 },
      centroidDistancePx: { red: 4, green: null },
    });
  });

  test("without --json it prints a table, and nothing else to stdout", async () => {
    const { code, stdout } = await mavseg("eval", "--model", model, "--data", dir, "--split", "test").ended();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^red-green on 2 frames of stripes, test\n/);
    expect(stdout).toMatch(/^red +0\.4000 +0\.5000 +0\.3333 +4\.00$/m);
  });

  test("--worst writes image, label and mask of the worst frames side by side, the worst first", async () => {
    const out = path.join(dir, "worst");
    const given = [
      "eval",
      "--model",
      model,
      "--data",
      dir,
      "--split",
      "test",
      "--worst",
      "5",
      "--worst-out",
      out,
    ];
    const { code, stderr } = await mavseg(...given).ended();
    expect(code).toBe(0);
    expect(stderr).toContain("2 of the worst frames are in");
    // Green is never found and half of the red is false in the second frame; half of the red is found in the first.
    expect((await readdir(out)).sort()).toEqual(["1-0-second.jpg", "2-50-first.jpg"]);
    const { width, height } = await sharp(path.join(out, "1-0-second.jpg")).metadata();
    expect([width, height]).toEqual([3 * WIDTH, HEIGHT]);
  });

  test.each([
    ["no such model", ["--model", "none.onnx"], 2, "MODEL_NOT_FOUND"],
    ["no such split", ["--split", "none"], 2, "DATASET_EMPTY"],
    ["a wrong number of threads", ["--threads", "many"], 2, "USAGE"],
  ])("%s ends with a coded error", async (_, args, expected, message) => {
    const given = ["eval", "--model", model, "--data", dir, "--split", "test", ...args];
    const { code, stderr, stdout } = await mavseg(...given).ended();
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toContain(message);
  });

  test("a model with other classes is not scored", async () => {
    const other = path.join(dir, "other.onnx");
    await writeFile(other, encodeModel(redGreenModel()));
    const { code, stderr } = await mavseg("eval", "--model", other, "--data", dir, "--split", "test").ended();
    expect(code).toBe(2);
    expect(stderr).toContain("CLASSES_MISMATCH");
    expect(stderr).toContain("background, red, green");
  });
});
