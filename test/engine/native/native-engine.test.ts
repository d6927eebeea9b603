import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createEngine } from "../../../src/engine/create-engine.js";
import { encodeModel } from "../../../src/model/onnx-proto.js";
import { node, onnxModel, RGB_MANIFEST, redGreenModel, value } from "../../model/golden-models.js";
import { Engines, frameOf, hasNative, loaded } from "../../parity/engines.js";
import { turnsWhile } from "../event-loop-turns.js";
import { draw, type Scene } from "../reference/pictures.js";
import { slowModel } from "../slow-model.js";

const engines = new Engines();
afterAll(() => engines.closeAll());
const start = (model = redGreenModel()) => engines.start("native", loaded(model));

const red: Scene = () => [255, 0, 0];
const green: Scene = () => [0, 255, 0];
/** A red square of 4x4 px at 6, 3 on black. */
const square: Scene = (x, y) => (x >= 6 && x < 10 && y >= 3 && y < 7 ? [255, 0, 0] : [0, 0, 0]);
const small = () => frameOf(draw(square, 20, 12, "rgb8"));

const code = (expected: string) => expect.objectContaining({ code: expected });

describe.skipIf(!hasNative)("the native engine", () => {
  test("a mask carries its frame's stamp, its objects and the time of every stage", async () => {
    const engine = await start();
    const frame = small();
    const mask = await engine.segment(frame);
    const { seq, stamp, frameId } = frame;
    expect(mask).toMatchObject({ seq, stamp, frameId, width: 20, height: 12 });
    expect(mask.objects).toEqual([{ class: 1, pixels: 16, box: [6, 3, 4, 4], centroid: [7.5, 4.5] }]);
    const { wait, decode, ...stages } = mask.timing;
    expect([wait, decode]).toEqual([0, 0]);
    for (const ms of Object.values(stages)) expect(ms).toBeGreaterThan(0);
  });

  test("the frame's bytes are read where they lie and stay unchanged", async () => {
    const engine = await start();
    const { data, ...rest } = small();
    // In the middle of a larger buffer, at an odd place.
    const around = new Uint8Array(data.length + 40).fill(200);
    around.set(data, 13);
    const before = Uint8Array.from(around);
    const mask = await engine.segment({ ...rest, data: around.subarray(13, 13 + data.length) });
    expect(mask.objects[0]).toMatchObject({ pixels: 16 });
    expect(around).toEqual(before);
  });

  test("masks that were not given back are not written again", async () => {
    const engine = await start();
    const first = await engine.segment(frameOf(draw(red, 4, 4, "rgb8")));
    await engine.segment(frameOf(draw(green, 4, 4, "rgb8")));
    expect(first.data).toEqual(new Uint8Array(16).fill(1));
  });

  test("a mask that was given back, even twice, is lent once to a later mask", async () => {
    const engine = await start();
    const first = await engine.segment(small());
    first.release?.();
    first.release?.();
    const [second, third] = [await engine.segment(small()), await engine.segment(small())];
    expect(second.data.buffer).toBe(first.data.buffer);
    expect(third.data.buffer).not.toBe(first.data.buffer);
  });

  test("calls that overlap are answered in order, each with its own mask", async () => {
    const engine = await start();
    const answered: number[] = [];
    const frames = [
      frameOf(draw(green, 6, 6, "rgb8")),
      frameOf(draw(red, 5, 3, "bgra8")),
      frameOf(draw(green, 6, 6, "nv12")),
    ];
    const masks = await Promise.all(
      frames.map(async (frame) => {
        const mask = await engine.segment(frame);
        answered.push(mask.seq);
        return mask;
      }),
    );
    expect(answered).toEqual(frames.map((frame) => frame.seq));
    expect(masks.map(({ data }) => [data.length, data[0]])).toEqual([
      [36, 2],
      [15, 1],
      [36, 2],
    ]);
  });

  test("bad frames are refused with a code, and the next good one still runs", async () => {
    const engine = await start();
    const good = small();
    const moved = new Uint8Array(good.data);
    structuredClone(moved.buffer, { transfer: [moved.buffer] });
    const results = await Promise.allSettled([
      engine.segment({ ...good, data: good.data.subarray(0, 100) }),
      engine.segment({ ...good, data: moved }),
      engine.segment({ ...good, step: 10 }),
      engine.segment({ ...good, step: 0, encoding: "png" }),
      engine.segment(good),
    ]);
    expect(results.map((result) => (result.status === "rejected" ? result.reason.code : "mask"))).toEqual([
      "FRAME_INVALID",
      "FRAME_INVALID",
      "FRAME_INVALID",
      "FRAME_UNDECODABLE",
      "mask",
    ]);
  });

  test("an output that is not what the manifest says is named", async () => {
    const { manifest, ...model } = loaded(redGreenModel());
    const output = { ...manifest.output, stride: 2 };
    const engine = await engines.start("native", { ...model, manifest: { ...manifest, output } });
    await expect(engine.segment(small())).rejects.toThrow(
      expect.objectContaining({
        code: "MANIFEST_INVALID",
        actual: "[1,3,12,20]",
        expected: expect.stringContaining("3 channel(s) of 10x6 for an input of 20x12 with output.stride 2"),
      }),
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
    const failed = engine.segment(frameOf(draw(red, 8, 8, "rgb8")));
    await expect(failed).rejects.toThrow(
      expect.objectContaining({ code: "INFERENCE_FAILED", expected: expect.stringContaining("[1,3,8,8]") }),
    );
    expect((await engine.segment(frameOf(draw(green, 4, 4, "rgb8")))).data).toEqual(
      new Uint8Array(16).fill(1),
    );
  });

  test("2,000 masks, of which half are never given back, leave memory where it was", async () => {
    const engine = await start();
    const frame = frameOf(draw(square, 320, 240, "rgb8"));
    const run = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const mask = await engine.segment(frame);
        if (index % 2 === 0) mask.release?.();
      }
    };
    await run(500);
    const before = process.memoryUsage.rss();
    await run(2000);
    // A kilobyte kept per frame would be 2 MB, a mask per frame 150 MB; the collector itself moves by some 20 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(60e6);
  });

  test("timers run while the net does", async () => {
    const engine = await engines.start("native", loaded(slowModel()), 1);
    const frame = frameOf(draw(square, 512, 512, "rgb8"));
    expect(await turnsWhile(engine.segment(frame))).toBeGreaterThan(20);
  });
});

describe.skipIf(!hasNative)("the native engine's life", () => {
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

  test("a library that is missing, or is none, is named", async () => {
    const model = loaded(redGreenModel());
    const missing = createEngine(model, { engine: "native", ortLibrary: "/no/libonnxruntime.so" });
    await expect(missing).rejects.toThrow(code("ORT_LIBRARY_UNUSABLE"));
    const folder = await mkdtemp(path.join(tmpdir(), "mavseg-library-"));
    const file = path.join(folder, "libonnxruntime.so");
    await writeFile(file, "not a library");
    // Even under `auto`: whoever names a library wants that one.
    await expect(createEngine(model, { ortLibrary: file })).rejects.toThrow(
      expect.objectContaining({ code: "ORT_LIBRARY_UNUSABLE", message: expect.stringContaining(file) }),
    );
    await rm(folder, { recursive: true });
  });

  test("a model in a file beside its weights is opened by its path", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "mavseg-path-"));
    const file = path.join(folder, "model.onnx");
    const model = redGreenModel();
    await writeFile(file, encodeModel(model));
    const engine = await engines.start("native", { ...loaded(model), path: file, hasExternalWeights: true });
    expect((await engine.segment(small())).objects).toHaveLength(1);
    await rm(folder, { recursive: true });
  });

  test("closing lets frames in flight finish, works twice, and refuses later frames", async () => {
    const engine = await engines.start("native", loaded(slowModel(1)), 1);
    const frame = frameOf(draw(square, 256, 256, "rgb8"));
    const inFlight = [engine.segment(frame), engine.segment(frame)];
    const closed = [engine.close(), engine.close()];
    expect((await Promise.all(inFlight)).map((mask) => mask.width)).toEqual([256, 256]);
    await Promise.all(closed);
    await expect(engine.segment(frame)).rejects.toThrow(code("ENGINE_STOPPED"));
  });

  test("auto takes it", async () => {
    const engine = await createEngine(loaded(redGreenModel()));
    expect(engine.name).toBe("native");
    await engine.close();
  });
});
