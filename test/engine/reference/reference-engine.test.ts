import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Frame } from "../../../src/core/frame.js";
import { createEngine } from "../../../src/engine/create-engine.js";
import type { Engine } from "../../../src/engine/engine.js";
import { type LoadedModel, loadModel, manifestOf } from "../../../src/model/load-model.js";
import type { OnnxModel } from "../../../src/model/onnx-model.js";
import { encodeModel } from "../../../src/model/onnx-proto.js";
import {
  argmaxModel,
  constant,
  nhwcModel,
  node,
  onnxModel,
  RGB_MANIFEST,
  redGreenModel,
  value,
} from "../../model/golden-models.js";
import { turnsWhile } from "../event-loop-turns.js";
import { slowModel } from "../slow-model.js";
import { draw, type RawEncoding, type Scene } from "./pictures.js";

const engines: Engine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

function loaded(model: OnnxModel): LoadedModel {
  const bytes = encodeModel(model);
  const manifest = manifestOf(model, {}, "golden.onnx");
  return { path: "golden.onnx", bytes, sha256: "0".repeat(64), hasExternalWeights: false, manifest };
}

async function start(model: OnnxModel): Promise<Engine> {
  const engine = await createEngine(loaded(model), { engine: "reference", threads: 1 });
  engines.push(engine);
  return engine;
}

let seq = 0;
function frameOf(picture: Pick<Frame, "width" | "height" | "step" | "encoding" | "data">): Frame {
  return { ...picture, seq: seq++, stamp: { sec: 1, nanosec: 2 }, frameId: "cam0" };
}

/** Blocks of 4x4 px, so that shared chroma and JPEG keep them apart: red, green, blue and white in turn. */
const BLOCKS = [
  [230, 20, 20],
  [20, 230, 20],
  [20, 20, 230],
  [20, 20, 20],
] as const;
const blockAt = (x: number, y: number) => ((x >> 2) + (y >> 2) * 3) % 4;
const scene: Scene = (x, y) => BLOCKS[blockAt(x, y)]!;

const WIDTH = 20;
const HEIGHT = 12;
/** What `redGreenModel` must say of the scene. */
const EXPECTED = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
  return [1, 2, 0, 0][blockAt(index % WIDTH, Math.floor(index / WIDTH))]!;
});

const RAW: RawEncoding[] = ["rgb8", "bgr8", "rgba8", "bgra8", "yuv422_yuy2", "nv12"];

async function compressed(encoding: "jpeg" | "png"): Promise<Frame> {
  const { data, width, height } = draw(scene, WIDTH, HEIGHT, "rgb8");
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const file = await (encoding === "png"
    ? image.png()
    : image.jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
  ).toBuffer();
  return frameOf({ width, height, step: 0, encoding, data: file });
}

describe("the reference engine", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await start(redGreenModel());
  });

  test.each(RAW)("the mask of a %s picture is right", async (encoding) => {
    const mask = await engine.segment(frameOf(draw(scene, WIDTH, HEIGHT, encoding, 5)));
    expect(mask.data).toEqual(EXPECTED);
  });

  test.each(["jpeg", "png"] as const)("the mask of a %s file is right", async (encoding) => {
    expect((await engine.segment(await compressed(encoding))).data).toEqual(EXPECTED);
  });

  test.each([
    ["a colour PNG of 16 bits with transparency", "rgb16", "#ff000080", 1],
    ["a grey PNG of 16 bits", "grey16", "#ffffff", 1],
    ["a grey PNG of 8 bits", "b-w", "#ffffff", 1],
    ["a dark grey PNG", "b-w", "#202020", 0],
  ])("%s is read as well", async (_, colourspace, background, expected) => {
    const data = await sharp({ create: { width: 4, height: 4, channels: 4, background } })
      .toColourspace(colourspace)
      .png()
      .toBuffer();
    const mask = await engine.segment(frameOf({ width: 4, height: 4, step: 0, encoding: "png", data }));
    // White is red enough, and not more green than red.
    expect([...new Set(mask.data)]).toEqual([expected]);
  });

  test("a mask carries its frame's stamp, its objects and the time of every stage", async () => {
    const frame = await compressed("png");
    const mask = await engine.segment(frame);
    expect(mask).toMatchObject({
      seq: frame.seq,
      stamp: frame.stamp,
      frameId: "cam0",
      width: WIDTH,
      height: HEIGHT,
    });
    expect(mask.objects.map((object) => object.class)).toEqual([1, 2]);
    expect(mask.objects[0]!.pixels).toBe(EXPECTED.filter((id) => id === 1).length);
    const { wait, ...stages } = mask.timing;
    expect(wait).toBe(0);
    for (const ms of Object.values(stages)) expect(ms).toBeGreaterThan(0);
  });

  test("a raw frame costs no decoding", async () => {
    const { timing } = await engine.segment(frameOf(draw(scene, WIDTH, HEIGHT, "rgb8")));
    expect(timing.decode).toBe(0);
  });

  test("the frame's bytes stay the caller's, unchanged", async () => {
    const frame = frameOf(draw(scene, WIDTH, HEIGHT, "bgr8"));
    const before = Uint8Array.from(frame.data);
    await engine.segment(frame);
    expect(frame.data).toEqual(before);
  });

  test("calls that overlap are answered in order, each with its own mask", async () => {
    const answered: number[] = [];
    const frames = [
      await compressed("jpeg"),
      frameOf(draw(() => [0, 255, 0], 6, 6, "rgb8")),
      await compressed("png"),
    ];
    const masks = await Promise.all(
      frames.map(async (frame) => {
        const mask = await engine.segment(frame);
        answered.push(mask.seq);
        return mask;
      }),
    );
    expect(answered).toEqual(frames.map((frame) => frame.seq));
    expect(masks.map((mask) => mask.data)).toEqual([EXPECTED, new Uint8Array(36).fill(2), EXPECTED]);
  });

  test("masks that were given away are not written again", async () => {
    const first = await engine.segment(frameOf(draw(() => [255, 0, 0], 4, 4, "rgb8")));
    await engine.segment(frameOf(draw(() => [0, 255, 0], 4, 4, "rgb8")));
    expect(first.data).toEqual(new Uint8Array(16).fill(1));
  });

  test("bad frames are refused with a code, and the next good one still runs", async () => {
    const good = frameOf(draw(scene, WIDTH, HEIGHT, "rgb8"));
    const png = await compressed("png");
    const results = await Promise.allSettled([
      engine.segment({ ...good, data: good.data.subarray(0, 100) }),
      engine.segment({ ...png, data: png.data.subarray(0, 60) }),
      engine.segment({ ...png, width: WIDTH + 1 }),
      engine.segment({ ...png, width: WIDTH - 1 }),
      engine.segment(good),
    ]);
    expect(results.map((result) => (result.status === "rejected" ? result.reason.code : "mask"))).toEqual([
      "FRAME_INVALID",
      "FRAME_UNDECODABLE",
      "FRAME_INVALID",
      "FRAME_INVALID",
      "mask",
    ]);
  });
});

describe("models of other kinds", () => {
  const classes = [0, 1, 2].map((id) => ({ id, name: `c${id}`, color: "#000000" }));

  test.each([
    ["an argmax inside", argmaxModel({ ...RGB_MANIFEST, classes })],
    ["channels last", nhwcModel(RGB_MANIFEST)],
  ])("%s: the same mask", async (_, model) => {
    const engine = await start(model);
    const frame = frameOf(draw(scene, WIDTH, HEIGHT, "rgb8"));
    expect((await engine.segment(frame)).data).toEqual(EXPECTED);
    // The second run writes into the first one's output tensor.
    expect((await engine.segment(frame)).data).toEqual(EXPECTED);
  });

  test("float16 in and out: the same mask", async () => {
    const base = redGreenModel();
    const cast = (from: string, to: string, type: number) =>
      node("Cast", [from], to, [{ name: "to", kind: "int", value: type }]);
    const engine = await start(
      onnxModel({
        node: [cast("half", "image", 1), ...base.graph.node, cast("logits", "scores", 10)],
        initializer: base.graph.initializer,
        input: [value("half", "float16", ["n", 3, "h", "w"])],
        output: [value("scores", "float16", ["n", 3, "h", "w"])],
        manifest: RGB_MANIFEST,
      }),
    );
    expect((await engine.segment(frameOf(draw(scene, WIDTH, HEIGHT, "rgb8")))).data).toEqual(EXPECTED);
  });

  const ones = (channels: number, side: number) =>
    new Array<number>(channels * side * side).fill(1 / side ** 2);
  /** Mean of 4x4 grey px, above a half or not: one logit at stride 4. */
  const coarseModel = (
    input: object,
    size: (number | string)[] = ["h", "w"],
    out: (number | string)[] = ["a", "b"],
    stride = 4,
  ) =>
    onnxModel({
      node: [
        node("Conv", ["image", "kernel", "bias"], "logit", [
          { name: "strides", kind: "ints", value: [4, 4] },
        ]),
      ],
      initializer: [constant("kernel", [1, 1, 4, 4], ones(1, 4)), constant("bias", [1], [-0.5])],
      input: [value("image", "float32", ["n", 1, ...size])],
      output: [value("logit", "float32", ["n", 1, ...out])],
      manifest: { input: { scale: 1 / 255, mean: [0], std: [1], ...input }, output: { stride } },
    });
  const halves: Scene = (x) => (x < 12 ? [255, 255, 255] : [0, 0, 0]);

  test("a frame that is no multiple of the stride is padded, and the mask has the frame's size", async () => {
    const engine = await start(coarseModel({ multipleOf: 4 }));
    const { data, width, height } = await engine.segment(frameOf(draw(halves, 22, 9, "mono8")));
    expect([width, height]).toEqual([22, 9]);
    expect(data).toEqual(Uint8Array.from({ length: 22 * 9 }, (_, index) => (index % 22 < 12 ? 1 : 0)));
  });

  test.each<[string, RawEncoding]>([
    ["stretch", "mono8"],
    ["stretch", "rgb8"],
    ["stretch", "nv12"],
    ["letterbox", "mono8"],
    ["crop", "mono8"],
  ])(
    "a net of fixed size sees the frame by %s (%s), and the mask lies on the frame",
    async (resize, encoding) => {
      const engine = await start(coarseModel({ resize }, [16, 32], [4, 8]));
      const { data } = await engine.segment(frameOf(draw((x) => halves(x / 2, 0), 48, 48, encoding)));
      const isSeen = (y: number) => resize !== "crop" || (y >= 12 && y < 36);
      // A resized edge is soft: the columns around it may go either way.
      for (let y = 0; y < 48; y++) {
        for (let x = 0; x < 48; x++) {
          if (Math.abs(x - 23.5) > 4) expect(data[y * 48 + x]).toBe(x < 24 && isSeen(y) ? 1 : 0);
        }
      }
    },
  );

  test("an output that is not what the manifest says is named", async () => {
    const engine = await start(coarseModel({ multipleOf: 4 }, ["h", "w"], ["a", "b"], 2));
    await expect(engine.segment(frameOf(draw(halves, 4, 4, "mono8")))).rejects.toThrow(
      expect.objectContaining({ code: "MANIFEST_INVALID", actual: "[1,1,1,1]" }),
    );
  });

  test("a net that fails on a frame says so, and goes on", async () => {
    // Reshape to 4x4 px works for one size only.
    const engine = await start(
      onnxModel({
        node: [node("Reshape", ["image", "shape"], "logits")],
        initializer: [{ name: "shape", dims: [4], dataType: 7, int64Data: [1, 3, 4, 4] }],
        input: [value("image", "float32", ["n", 3, "h", "w"])],
        output: [value("logits", "float32", ["n", 3, "h", "w"])],
        manifest: RGB_MANIFEST,
      }),
    );
    const small = frameOf(draw(scene, 4, 4, "rgb8"));
    const large = frameOf(draw(scene, 8, 8, "rgb8"));
    await expect(engine.segment(large)).rejects.toThrow(
      expect.objectContaining({ code: "INFERENCE_FAILED" }),
    );
    expect((await engine.segment(small)).data).toEqual(new Uint8Array(16));
  });
});

describe("an engine's life", () => {
  test("a model that onnxruntime refuses is corrupt, with onnxruntime's words", async () => {
    const base = redGreenModel();
    const strange = {
      ...base,
      graph: { ...base.graph, node: [{ ...base.graph.node[0]!, opType: "NoSuchOp" }] },
    };
    await expect(start(strange)).rejects.toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT", actual: expect.stringContaining("NoSuchOp") }),
    );
  });

  test("weights beside the model are found", async () => {
    const dir = await mkdtemp(path.join(tmpdir(), "mavseg-external-"));
    const base = redGreenModel();
    const kernel = base.graph.initializer[0]!;
    await writeFile(
      path.join(dir, "weights.bin"),
      new Uint8Array(Float32Array.from(kernel.floatData!).buffer),
    );
    const external = {
      name: kernel.name,
      dims: kernel.dims,
      dataType: kernel.dataType,
      dataLocation: 1,
      // external_data, field 13: the entry location = weights.bin. The writer has no such field.
      $unknowns: [Buffer.from("\x6a\x17\x0a\x08location\x12\x0bweights.bin", "latin1")],
    };
    const initializer = [external, base.graph.initializer[1]!];
    await writeFile(
      path.join(dir, "model.onnx"),
      encodeModel({ ...base, graph: { ...base.graph, initializer } }),
    );
    const engine = await createEngine(await loadModel(dir), { engine: "reference", threads: 1 });
    engines.push(engine);
    expect((await engine.segment(frameOf(draw(scene, WIDTH, HEIGHT, "rgb8")))).data).toEqual(EXPECTED);
    await rm(dir, { recursive: true });
  });

  test("closing lets frames in flight finish, works twice, and refuses later frames", async () => {
    const engine = await start(redGreenModel());
    const frame = frameOf(draw(scene, WIDTH, HEIGHT, "rgb8"));
    const inFlight = [engine.segment(frame), engine.segment(frame)];
    const closed = [engine.close(), engine.close()];
    expect((await Promise.all(inFlight)).map((mask) => mask.data)).toEqual([EXPECTED, EXPECTED]);
    await Promise.all(closed);
    await expect(engine.segment(frame)).rejects.toThrow(expect.objectContaining({ code: "ENGINE_STOPPED" }));
  });

  test("a worker that dies fails the frames in flight and all later ones with a code", async () => {
    const posts = vi.spyOn(Worker.prototype, "postMessage");
    // Slow, so that the worker surely dies before it has an answer.
    const engine = await start(slowModel());
    const frame = frameOf(draw(scene, 512, 512, "rgb8"));
    const stopped = expect.objectContaining({ code: "ENGINE_STOPPED" });
    const failed = expect(engine.segment(frame)).rejects.toThrow(stopped);
    await (posts.mock.contexts[0] as Worker).terminate();
    posts.mockRestore();
    await failed;
    await expect(engine.segment(frame)).rejects.toThrow(stopped);
    await engine.close();
  });

  test("timers run while the net does", async () => {
    const engine = await start(slowModel());
    const frame = frameOf(draw(scene, 512, 512, "rgb8"));
    expect(await turnsWhile(engine.segment(frame))).toBeGreaterThan(20);
  });
});
