import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { RGB_MANIFEST, redGreenModel } from "../model/golden-models.js";
import { lastJson, mavseg } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

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

describe("mavseg eval of a video", () => {
  const SIDE = 16;
  const FRAME_PX = 32;
  let flight: string;
  let bright: string;
  beforeAll(async () => {
    bright = await writeTinyModel();
    flight = await mkdtemp(path.join(tmpdir(), "mavseg-eval-video-"));
    const classes = ["dark", "bright"].map((name, id) => ({ id, name, color: "#808080" }));
    await writeFile(path.join(flight, "dataset.json"), JSON.stringify({ name: "flight", classes }));
    for (const [name, isDim] of [
      ["f_00", false],
      ["f_01", true],
      ["f_02", true],
      ["f_05", true],
      ["f_06", false],
    ] as const) {
      await writeSquare(name, isDim);
    }
  });
  afterAll(async () => {
    await rm(flight, { recursive: true });
    await rm(path.dirname(bright), { recursive: true });
  });

  /** A chequered square on black. In a dim one every other px is a grey level below the model's threshold. */
  async function writeSquare(name: string, isDim: boolean): Promise<void> {
    const raw = { raw: { width: FRAME_PX, height: FRAME_PX, channels: 1 as const } };
    const pixel = (at: number) => ({ x: at % FRAME_PX, y: Math.floor(at / FRAME_PX) });
    const isSquare = (at: number) => Math.max(pixel(at).x, pixel(at).y) < SIDE;
    const grey = (at: number) => (isSquare(at) ? ((pixel(at).x + pixel(at).y) % 2) * 100 + 128 : 0);
    const all = (value: (at: number) => number) =>
      Uint8Array.from({ length: FRAME_PX ** 2 }, (_, at) => value(at));
    const image = all((at) => Math.max(0, grey(at) - (isDim ? 1 : 0)));
    for (const [folder, pixels] of [
      ["images", image],
      ["labels", all((at) => (isSquare(at) ? 1 : 0))],
    ] as const) {
      const to = path.join(flight, "val", folder);
      await mkdir(to, { recursive: true });
      await sharp(pixels, raw)
        .toColourspace("b-w")
        .png()
        .toFile(path.join(to, `${name}.png`));
    }
  }

  const evaluate = (...args: readonly string[]) =>
    mavseg("eval", "--model", bright, "--data", flight, "--threads", "1", ...args).ended();

  test("earlier frames count for those that follow on them, and not over a gap", async () => {
    const HALF = SIDE ** 2 / 2;
    const alone = lastJson((await evaluate("--frame-digits", "2", "--json")).stdout);
    // Half of the square is missed in three of five frames, and flickers from the first to the second and at the end.
    expect(alone).toMatchObject({
      temporal: null,
      iou: { bright: (10 - 3) / 10 },
      flicker: (2 * HALF) / (3 * FRAME_PX ** 2),
      sequences: [{ name: "f_", frames: 5, followers: 3, iou: { bright: 0.7 } }],
    });
    const temporal = lastJson((await evaluate("--frame-digits", "2", "--temporal", "--json")).stdout);
    // What was seen in the first frame lasts up to the gap, what was not seen after it lasts to the end.
    expect(temporal).toMatchObject({
      temporal: { keep: 0.6 },
      iou: { bright: (10 - 2) / 10 },
      flicker: 0,
      sequences: [{ name: "f_", frames: 5, followers: 3, iou: { bright: 0.8 }, flicker: 0 }],
    });
    const over = await evaluate("--frame-digits", "2", "--max-step", "3", "--temporal", "--json");
    expect(lastJson(over.stdout)).toMatchObject({ iou: { bright: 1 }, sequences: [{ followers: 4 }] });
  });

  test("a table of the sequences is printed below the others", async () => {
    const { code, stdout } = await evaluate("--frame-digits", "2", "--temporal");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bright +0\.8000/m);
    expect(stdout).toMatch(/^sequence +frames +following +bright IoU +flicker\nf_ +5 +3 +0\.8000 +0\.00$/m);
  });

  test("without --frame-digits nothing is said of sequences", async () => {
    const result = lastJson((await evaluate("--json")).stdout);
    expect(Object.keys(result)).not.toContain("flicker");
    expect(result.iou).toMatchObject({ bright: 0.7 });
  });

  test.each([
    ["--temporal without a word on neighbours", ["--temporal"], "--frame-digits with --temporal"],
    ["--max-step alone", ["--max-step", "2"], "--frame-digits with --max-step"],
    ["pictures of other masks", ["--frame-digits", "2", "--temporal", "--worst", "1"], "--worst without"],
    ["no digits", ["--frame-digits", "0"], "--frame-digits to be right"],
  ])("%s is refused", async (_, args, message) => {
    const { code, stdout, stderr } = await evaluate(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});
