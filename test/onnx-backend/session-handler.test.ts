import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-common";
import { afterAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { turnsWhile } from "../engine/event-loop-turns.js";
import { slowModel } from "../engine/slow-model.js";
import { constant, node } from "../model/golden-models.js";
import { hasNative } from "../parity/engines.js";
import { floatModel, identityModel, nonZeroModel, sumAndDifference } from "./graphs.js";
import { floats, referenceTensor, Sessions } from "./sessions.js";

const sessions = new Sessions();
afterAll(() => sessions.releaseAll());

const code = (expected: string) => expect.objectContaining({ code: expected });

const models = path.resolve(import.meta.dirname, "../../models");
const SHIPPED = readdirSync(models, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.skipIf(!hasNative)("a session", () => {
  test.each(SHIPPED)(
    "of %s computes the very bits of onnxruntime-node, at sizes that change",
    async (name) => {
      const bytes = readFileSync(path.join(models, name, "model.onnx"));
      const session = await sessions.start(bytes);
      const reference = await sessions.startReference(bytes);
      expect(session.inputMetadata).toEqual(reference.inputMetadata);
      expect(session.outputMetadata).toEqual(reference.outputMetadata);
      const channels = (session.inputMetadata[0] as InferenceSession.TensorValueMetadata).shape[1] as number;
      for (const [height, width] of [
        [64, 96],
        [64, 96],
        [128, 64],
        [64, 96],
      ] as const) {
        const data = Float32Array.from({ length: channels * height * width }, (_, at) => (at % 251) / 251);
        const image = new Tensor("float32", data, [1, channels, height, width]);
        const { logits } = await session.run({ image });
        const expected = await reference.run({ image: referenceTensor(image) });
        expect([logits!.dims, logits!.data]).toEqual([expected.logits!.dims, expected.logits!.data]);
      }
    },
  );

  test("takes several inputs and gives the outputs that are asked for", async () => {
    const session = await sessions.start(sumAndDifference());
    const feeds = { b: floats([1, 2]), a: floats([5, 5]) };
    const both = await session.run(feeds);
    expect([both.sum!.data, both.difference!.data]).toEqual([Float32Array.of(6, 7), Float32Array.of(4, 3)]);
    expect(Object.keys(await session.run(feeds, ["difference"]))).toEqual(["difference"]);
    const place = floats([0, 0]);
    const mixed = await session.run(feeds, { difference: place, sum: null });
    expect(mixed.difference).toBe(place);
    expect([mixed.sum!.data, place.data]).toEqual([Float32Array.of(6, 7), Float32Array.of(4, 3)]);
  });

  test("gives a tensor of onnxruntime-common each time, with memory of its own that can be transferred", async () => {
    const session = await sessions.start(sumAndDifference());
    const feeds = { a: floats([5]), b: floats([1]) };
    const results = [await session.run(feeds), await session.run(feeds), await session.run(feeds)];
    for (const { sum } of results) expect(sum).toBeInstanceOf(Tensor);
    const buffers = results.map(({ sum }) => (sum!.data as Float32Array).buffer as ArrayBuffer);
    expect(new Set(buffers).size).toBe(3);
    const moved = structuredClone(buffers, { transfer: buffers });
    expect(moved.map((buffer) => new Float32Array(buffer)[0])).toEqual([6, 6, 6]);
  });

  test("reads the part of a larger buffer that a tensor stands for", async () => {
    const session = await sessions.start(identityModel(2));
    const around = Uint8Array.from({ length: 20 }, (_, at) => at);
    const given = new Tensor("uint8", around.subarray(13, 16), [3]);
    expect((await session.run({ given })).copy!.data).toEqual(Uint8Array.of(13, 14, 15));
  });

  test("reads and writes shared memory", async () => {
    const session = await sessions.start(sumAndDifference());
    const shared = new Float32Array(new SharedArrayBuffer(8));
    shared.set([3, 4]);
    const sum = new Tensor("float32", new Float32Array(new SharedArrayBuffer(8)), [2]);
    await session.run({ a: new Tensor("float32", shared, [2]), b: floats([1, 1]) }, { sum });
    expect([...sum.data]).toEqual([4, 5]);
  });

  test("ignores feeds that the model has no input for, as onnxruntime-node does", async () => {
    const session = await sessions.start(sumAndDifference());
    const feeds = { a: floats([5]), b: floats([1]), c: floats([1]) };
    expect((await session.run(feeds)).sum!.data).toEqual(Float32Array.of(6));
  });

  test("computes outputs whose size hangs on the values, however it changes", async () => {
    const session = await sessions.start(nonZeroModel());
    const vectors = fc.array(fc.array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 5 }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(vectors, async (runs) => {
        for (const values of runs) {
          const expected = values.flatMap((value, at) => (value === 0 ? [] : [BigInt(at)]));
          const { indices } = await session.run({ given: floats(values) });
          expect([...(indices!.data as BigInt64Array)]).toEqual(expected);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("gives an output that hangs on no input, each time in memory of its own", async () => {
    const model = floatModel([node("Neg", ["given"], "negative")], ["given"], ["negative", "fixed"]);
    const fixed = constant("fixed", [2], [3, 4]);
    const session = await sessions.start({ ...model, graph: { ...model.graph, initializer: [fixed] } });
    for (let run = 0; run < 3; run++) {
      const { fixed } = await session.run({ given: floats([1]) });
      expect(fixed!.data).toEqual(Float32Array.of(3, 4));
      (fixed!.data as Float32Array).fill(9);
    }
  });

  test("gives an input that is an output as well, each time with its own values", async () => {
    const model = floatModel([node("Neg", ["given"], "negative")], ["given"], ["negative", "given"]);
    const session = await sessions.start(model);
    for (const value of [1, 2, 3]) {
      const given = floats([value]);
      const results = await session.run({ given });
      expect([results.given!.data, results.negative!.data]).toEqual([
        Float32Array.of(value),
        Float32Array.of(-value),
      ]);
      const place = floats([0]);
      expect((await session.run({ given }, { given: place })).given).toBe(place);
      expect(place.data).toEqual(given.data);
    }
  });

  test("runs one after the other what is asked for at once", async () => {
    const session = await sessions.start(sumAndDifference());
    const runs = Array.from({ length: 50 }, (_, at) => session.run({ a: floats([at]), b: floats([1]) }));
    const sums = (await Promise.all(runs)).map(({ sum }) => sum!.data[0]);
    expect(sums).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
  });

  test("gives large outputs of dims that were not foreseen, also while it is being released", async () => {
    const session = await InferenceSession.create(encodeModel(sumAndDifference()));
    const run = async (size: number) => {
      const a = floats(new Array(size).fill(size));
      const { sum, difference } = await session.run({ a, b: a });
      return [sum!.data.length, sum!.data[size - 1], difference!.data[0]];
    };
    const sizes = [200_000, 200_001, 3, 200_002];
    expect(await Promise.all(sizes.map(run))).toEqual(sizes.map((size) => [size, 2 * size, 0]));
    const last = run(200_003);
    await session.release();
    expect(await last).toEqual([200_003, 400_006, 0]);
  });

  test("lets timers run while a net does", async () => {
    const session = await sessions.start(slowModel());
    const image = new Tensor("float32", new Float32Array(3 * 512 * 512), [1, 3, 512, 512]);
    expect(await turnsWhile(session.run({ image }))).toBeGreaterThan(20);
  });

  test("keeps its memory over thousands of runs", async () => {
    const session = await sessions.start(sumAndDifference());
    const feeds = { a: floats(new Array(5000).fill(1)), b: floats(new Array(5000).fill(2)) };
    const lap = async (runs: number) => {
      for (let run = 0; run < runs; run++) await session.run(feeds);
    };
    await lap(1000);
    const before = process.memoryUsage.rss();
    await lap(5000);
    // What every run makes would add up to 200 MB; the collector itself moves by some 20 MB, on a busy machine by 70.
    expect(process.memoryUsage.rss() - before).toBeLessThan(120e6);
  });
});

describe.skipIf(!hasNative)("a session's errors", () => {
  test("name the tensor that does not fit, and the session goes on", async () => {
    const session = await sessions.start(sumAndDifference());
    const good = { a: floats([5]), b: floats([1]) };
    const refused = [
      { ...good, a: new Tensor("int32", Int32Array.of(1)) },
      { ...good, a: Float32Array.of(1) as unknown as Tensor },
      { ...good, a: null as unknown as Tensor },
      { ...good, a: Object.assign(floats([1]), { dims: [7] }) },
      { ...good, a: Tensor.fromGpuBuffer({} as never, { dataType: "float32", dims: [1] }) },
    ];
    for (const feeds of refused)
      await expect(session.run(feeds)).rejects.toThrow(code("ONNX_TENSOR_INVALID"));
    const wrongPlace = { sum: new Tensor("float64", Float64Array.of(0)) };
    await expect(session.run(good, wrongPlace)).rejects.toThrow(/float32 for sum.*float64/);
    expect((await session.run(good)).sum!.data).toEqual(Float32Array.of(6));
  });

  test("refuse buffers that were moved away, and those that could shrink", async () => {
    const session = await sessions.start(sumAndDifference());
    const a = floats([5]);
    structuredClone(a.data.buffer, { transfer: [a.data.buffer as ArrayBuffer] });
    await expect(session.run({ a, b: floats([1]) })).rejects.toThrow(code("ONNX_TENSOR_INVALID"));
    const Resizable = ArrayBuffer as unknown as new (bytes: number, options: object) => ArrayBuffer;
    const shrinking = new Float32Array(new Resizable(4, { maxByteLength: 8 }), 0, 1);
    const feeds = { a: new Tensor("float32", shrinking, [1]), b: floats([1]) };
    await expect(session.run(feeds)).rejects.toThrow(/a resizable ArrayBuffer/);
  });

  test("hold onnxruntime's words where it fails, also after runs that went well", async () => {
    const session = await sessions.start(sumAndDifference());
    const wrong = () => session.run({ a: floats([1, 2, 3]), b: floats([1, 2]) });
    const refused = expect.objectContaining({
      code: "ONNX_RUN_FAILED",
      actual: expect.stringContaining("Attempting to broadcast"),
    });
    await expect(wrong()).rejects.toThrow(refused);
    await session.run({ a: floats([1, 2, 3]), b: floats([1, 2, 3]) });
    await expect(wrong()).rejects.toThrow(refused);
  });

  test("say that memory given for an output has other dims", async () => {
    const session = await sessions.start(sumAndDifference());
    const run = session.run({ a: floats([1, 2]), b: floats([1, 2]) }, { sum: floats([0, 0, 0]) });
    await expect(run).rejects.toThrow(code("ONNX_RUN_FAILED"));
  });

  test("say that a run was terminated", async () => {
    const session = await sessions.start(sumAndDifference());
    const run = session.run({ a: floats([1]), b: floats([1]) }, { terminate: true });
    await expect(run).rejects.toThrow(/terminate flag/);
  });
});

describe.skipIf(!hasNative)("the end of a session", () => {
  test("comes after the runs that were asked for, twice if need be, and refuses later ones", async () => {
    const session = await sessions.start(slowModel(1));
    const image = new Tensor("float32", new Float32Array(3 * 256 * 256), [1, 3, 256, 256]);
    const running = [session.run({ image }), session.run({ image })];
    const released = [session.release(), session.release()];
    expect((await Promise.all(running)).map(({ logits }) => logits!.dims)).toEqual([
      [1, 3, 256, 256],
      [1, 3, 256, 256],
    ]);
    await Promise.all(released);
    await expect(session.run({ image })).rejects.toThrow(code("ONNX_SESSION_RELEASED"));
  });

  test("leaves other sessions of the same model alone", async () => {
    const bytes = encodeModel(sumAndDifference());
    const [first, second] = [await InferenceSession.create(bytes), await InferenceSession.create(bytes)];
    await first.release();
    expect((await second.run({ a: floats([5]), b: floats([1]) })).sum!.data).toEqual(Float32Array.of(6));
    await second.release();
  });
});
