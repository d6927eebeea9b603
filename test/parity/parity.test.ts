import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Frame } from "../../src/core/frame.js";
import type { Mask } from "../../src/core/mask.js";
import type { Engine } from "../../src/engine/engine.js";
import { type LoadedModel, loadModel } from "../../src/model/load-model.js";
import { draw, type RawEncoding, type Scene } from "../engine/reference/pictures.js";
import { argmaxModel, nhwcModel, node, onnxModel, RGB_MANIFEST, value } from "../model/golden-models.js";
import { Engines, frameOf, hasNative, loaded } from "./engines.js";
import { classes, coarseModel, netModel } from "./models.js";
import { missingWebgpu } from "./webgpu.js";

// Software rendering compiles every kernel once, which takes tens of seconds where nothing is cached.
vi.setConfig({ testTimeout: 180_000 });

/**
 * How many px of a mask must be equal. Not all: an engine that normalises by a multiply-add instead of a table, or
 * rounds a resized px the other way, moves a score by its last bit, and where two classes tie it shows.
 */
const CLOSE = 0.999;
/** Beside a resized edge whole rows of px hang on one rounding. */
const CLOSE_WHEN_RESIZED = 0.998;

const ENCODINGS: RawEncoding[] = ["mono8", "rgb8", "bgr8", "rgba8", "bgra8", "yuv422_yuy2", "nv12"];

/** Soft blobs and stripes in all colours, odd in every direction. */
const scene: Scene = (x, y) =>
  [127 + 120 * Math.sin(x / 17 + y / 29), 127 + 120 * Math.cos(x / 23 - y / 11), (x * 5 + y * 3) % 256].map(
    Math.round,
  ) as unknown as [number, number, number];

/**
 * The same in colours that JPEG does not drive beyond 0 and 255. A net that sees grey gets a colour file's own luma from
 * libjpeg-turbo; the reference computes it from red, green and blue, cut off there.
 */
const mutedScene: Scene = (x, y) =>
  scene(x, y).map((value) => 64 + (value >> 1)) as unknown as [number, number, number];

/** What cameras and programs write. The native engine decodes all but PNG, CMYK and files with a profile by libjpeg-turbo. */
const FILES = {
  png: (picture: Sharp) => picture.png(),
  "jpeg 4:2:0": (picture: Sharp) => picture.jpeg({ chromaSubsampling: "4:2:0" }),
  "jpeg 4:4:4": (picture: Sharp) => picture.jpeg({ chromaSubsampling: "4:4:4" }),
  "jpeg of low quality": (picture: Sharp) => picture.jpeg({ quality: 30 }),
  "progressive jpeg": (picture: Sharp) => picture.jpeg({ progressive: true }),
  "grey jpeg": (picture: Sharp) => picture.toColourspace("b-w").jpeg(),
  "jpeg with a rotation": (picture: Sharp) => picture.withExif({ IFD0: { Orientation: "6" } }).jpeg(),
  "jpeg with a colour profile": (picture: Sharp) => picture.withIccProfile("p3").jpeg(),
  "jpeg in CMYK": (picture: Sharp) => picture.toColourspace("cmyk").jpeg(),
};

function compare(native: Mask, reference: Mask): number {
  expect(native.data.length).toBe(reference.data.length);
  let equal = 0;
  for (let px = 0; px < native.data.length; px++) if (native.data[px] === reference.data[px]) equal++;
  return equal / native.data.length;
}

function expectClose({ reference, others }: Masks, close: number): void {
  for (const [engine, mask] of others) expectCloseTo(reference, mask, close, engine);
}

function expectCloseTo(reference: Mask, native: Mask, close: number, engine: string): void {
  expect(compare(native, reference), engine).toBeGreaterThanOrEqual(close);
  expect(native.objects.map(({ class: id }) => id)).toEqual(reference.objects.map(({ class: id }) => id));
  const { width, height } = reference;
  native.objects.forEach((object, index) => {
    const other = reference.objects[index]!;
    expect(Math.abs(object.pixels - other.pixels)).toBeLessThanOrEqual((1 - close) * width * height);
    // What few px differ can shift a centroid by no more than their share of the longest way.
    const share = ((1 - close) * width * height) / other.pixels;
    for (const axis of [0, 1] as const) {
      expect(Math.abs(object.centroid[axis] - other.centroid[axis])).toBeLessThanOrEqual(
        share * Math.max(width, height),
      );
    }
  });
}

const engines = new Engines();
afterAll(() => engines.closeAll());

/** What the reference engine says on the CPU, and what every other engine says, by its name. */
interface Masks {
  readonly reference: Mask;
  readonly others: readonly (readonly [name: string, mask: Mask])[];
}

const OTHERS = [
  ["native", "cpu"],
  ...(missingWebgpu === undefined
    ? ([
        ["native", "webgpu"],
        ["reference", "webgpu"],
      ] as const)
    : []),
] as const;

async function all(model: LoadedModel): Promise<(frame: Frame) => Promise<Masks>> {
  const reference = await engines.start("reference", model);
  const others: (readonly [string, string, Engine])[] = [];
  // One after the other: onnxruntime-node does not keep its sessions on WebGPU apart from those of others.
  for (const [name, provider] of OTHERS) {
    others.push([`${name} on ${provider}`, provider, await engines.start(name, model, 2, provider)]);
  }
  return async (frame) => {
    const masks: Masks["others"][number][] = [];
    for (const [name, provider, engine] of others) {
      masks.push([name, await engine.segment(frame)]);
      // Else the CPU behind a provider that broke would agree with itself.
      expect(engine.executionProvider).toBe(provider);
    }
    return { reference: await reference.segment(frame), others: masks };
  };
}

describe.skipIf(!hasNative)("all engines agree with the reference on the CPU", () => {
  describe.each([
    ["two classes, colour", 2, 3],
    ["two classes, grey", 2, 1],
    ["five classes, colour", 5, 3],
  ] as const)("on a net of the project: %s", (_, classCount, channels) => {
    let segment: Awaited<ReturnType<typeof all>>;
    beforeAll(async () => {
      segment = await all(loaded(netModel(classCount, channels)));
    });

    test.each(ENCODINGS)("%s, odd sizes and steps", async (encoding) => {
      const isEven = encoding === "nv12" || encoding === "yuv422_yuy2";
      for (const [width, height, padding] of [
        [isEven ? 158 : 157, isEven ? 94 : 93, 0],
        [64, 64, 7],
        [isEven ? 34 : 33, isEven ? 130 : 131, 3],
      ] as const) {
        const masks = await segment(frameOf(draw(scene, width, height, encoding, padding)));
        expectClose(masks, CLOSE);
        // A mask of one class would agree with anything.
        expect(new Set(masks.reference.data).size).toBeGreaterThan(1);
      }
    });

    test.each(Object.keys(FILES) as (keyof typeof FILES)[])("%s", async (kind) => {
      const { data, width, height } = draw(channels === 1 ? mutedScene : scene, 93, 61, "rgb8");
      const picture = sharp(data, { raw: { width, height, channels: 3 } });
      const file = await FILES[kind](picture).toBuffer();
      const encoding = kind === "png" ? "png" : "jpeg";
      const masks = await segment(frameOf({ width, height, step: 0, encoding, data: file }));
      expectClose(masks, CLOSE);
    });
  });

  // Frames smaller than the net are left out: sharp enlarges from corner to corner and so moves the picture by half a px.
  test.each(["stretch", "letterbox", "crop"])("on a net of fixed size, by %s", async (resize) => {
    const segment = await all(loaded(coarseModel(resize)));
    for (const [width, height] of [
      [192, 128],
      [320, 180],
      [123, 201],
      [96, 64],
    ] as const) {
      for (const encoding of ["rgb8", "bgra8", "mono8"] as const) {
        const masks = await segment(frameOf(draw(scene, width, height, encoding, 5)));
        expectClose(masks, CLOSE_WHEN_RESIZED);
      }
    }
  });

  test.each(["float16", "uint8"] as const)("on a net that takes %s", async (dtype) => {
    const segment = await all(loaded(coarseModel("letterbox", dtype)));
    const masks = await segment(frameOf(draw(scene, 96, 64, "rgb8")));
    expectClose(masks, CLOSE);
  });

  test("on scores in half floats", async () => {
    const base = coarseModel("stretch");
    const half = onnxModel({
      node: [
        { ...base.graph.node[0]!, output: ["scores"] },
        node("Cast", ["scores"], "logits", [{ name: "to", kind: "int", value: 10 }]),
      ],
      initializer: base.graph.initializer,
      input: base.graph.input,
      output: [value("logits", "float16", ["n", 4, 16, 24])],
      manifest: JSON.parse(base.metadataProps[0]!.value),
    });
    const segment = await all(loaded(half));
    const masks = await segment(frameOf(draw(scene, 96, 64, "rgb8")));
    expectClose(masks, CLOSE);
  });

  test.each([
    ["class ids", argmaxModel({ ...RGB_MANIFEST, classes: classes(3) })],
    ["channels last", nhwcModel(RGB_MANIFEST)],
  ])("on a net with %s", async (_, model) => {
    const segment = await all(loaded(model));
    const masks = await segment(frameOf(draw(scene, 71, 43, "bgr8", 2)));
    expectClose(masks, CLOSE);
  });
});

const MODELS = path.resolve(import.meta.dirname, "../../models");
const shipped = existsSync(MODELS)
  ? readdirSync(MODELS).filter((name) => existsSync(path.join(MODELS, name, "model.onnx")))
  : [];

const PICTURES = path.resolve(import.meta.dirname, "../../../shared/data/perch_drone/val/images");

/** A drawn scene, and two frames of a real flight where the data is there: decoded, and as the file it is. */
async function frames(): Promise<Frame[]> {
  const drawn = frameOf(draw(scene, 640, 512, "bgr8", 8));
  if (!existsSync(PICTURES)) return [drawn];
  const files = readdirSync(PICTURES).slice(0, 2);
  const real = files.map(async (name, index) => {
    const file = await readFile(path.join(PICTURES, name));
    const { data, info } = await sharp(file)
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const encoding = channels === 1 ? "mono8" : "rgb8";
    return index === 0
      ? frameOf({ width, height, step: width * channels, encoding, data })
      : frameOf({ width, height, step: 0, encoding: "jpeg", data: file });
  });
  return [drawn, ...(await Promise.all(real))];
}

describe.skipIf(!hasNative || shipped.length === 0)(
  "all engines agree with the reference on shipped models",
  () => {
    test.each(shipped)("%s", async (name) => {
      const segment = await all(await loadModel(path.join(MODELS, name)));
      for (const frame of await frames()) {
        const masks = await segment(frame);
        expectClose(masks, CLOSE);
      }
    });
  },
);
