import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import * as common from "onnxruntime-common";
import { afterEach, describe, expect, test, vi } from "vitest";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { registerMavsegBackend } from "../../src/onnx-backend/index.js";
import { turnsWhile } from "../engine/event-loop-turns.js";
import { hasNative } from "../parity/engines.js";
import { slowToLoad, sumAndDifference } from "./graphs.js";
import { floats } from "./sessions.js";

const required = createRequire(import.meta.url)("onnxruntime-common") as typeof common;
const bytes = encodeModel(sumAndDifference());
const code = (expected: string) => expect.objectContaining({ code: expected });

const sumOn = async ({ InferenceSession, Tensor }: typeof common, options = {}) => {
  const session = await InferenceSession.create(bytes, options);
  const tensor = (value: number) => new Tensor("float32", Float32Array.of(value), [1]);
  const { sum } = await session.run({ a: tensor(5), b: tensor(1) });
  await session.release();
  return { sum: sum!.data[0], isTensor: sum instanceof Tensor };
};

afterEach(() => registerMavsegBackend());

describe.skipIf(!hasNative)("the backend", () => {
  test.each([{}, { executionProviders: ["mavseg"] }, { executionProviders: ["cpu"] }])(
    "serves %o in both copies of onnxruntime-common",
    async (options) => {
      expect(required.InferenceSession).not.toBe(common.InferenceSession);
      expect(await sumOn(common, options)).toEqual({ sum: 6, isTensor: true });
      expect(await sumOn(required, options)).toEqual({ sum: 6, isTensor: true });
    },
  );

  test("is registered with other copies on request, mavseg before cpu", () => {
    const registerBackend = vi.fn();
    registerMavsegBackend({ registries: [{ registerBackend }] });
    expect(registerBackend.mock.calls.map(([name, , priority]) => [name, priority])).toEqual([
      ["cpu", 200],
      ["mavseg", 200],
    ]);
  });

  test("opens a model by its path", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "mavseg-backend-"));
    const file = path.join(folder, "model.onnx");
    await writeFile(file, bytes);
    const session = await common.InferenceSession.create(file);
    expect((await session.run({ a: floats([5]), b: floats([1]) })).sum!.data).toEqual(Float32Array.of(6));
    await session.release();
    await rm(folder, { recursive: true });
  });

  test("says that a file is not there, or is no model", async () => {
    await expect(common.InferenceSession.create("/no/model.onnx")).rejects.toThrow(
      expect.objectContaining({
        code: "INPUT_UNREADABLE",
        message: expect.stringContaining("/no/model.onnx"),
      }),
    );
    await expect(common.InferenceSession.create(new Uint8Array(9))).rejects.toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT", actual: expect.stringContaining("protobuf") }),
    );
  });

  test("uses the library that was chosen, and says when there is none", async () => {
    registerMavsegBackend({ library: "/no/libonnxruntime.so" });
    await expect(sumOn(common)).rejects.toThrow(code("ORT_LIBRARY_UNUSABLE"));
  });

  test("refuses a number of threads that is none", () => {
    expect(() => registerMavsegBackend({ threads: 0 })).toThrow(code("ONNX_OPTION_INVALID"));
  });

  test("lets timers run while a model loads", async () => {
    // Constants to be folded away: they make the loading itself slow.
    const loading = common.InferenceSession.create(encodeModel(slowToLoad()), { intraOpNumThreads: 1 });
    expect(await turnsWhile(loading)).toBeGreaterThan(20);
    await (await loading).release();
  });

  test("has no profiling", async () => {
    const session = await common.InferenceSession.create(bytes);
    expect(() => session.startProfiling()).toThrow(code("ONNX_OPTION_INVALID"));
    expect(() => session.endProfiling()).toThrow(code("ONNX_OPTION_INVALID"));
    await session.release();
  });
});
