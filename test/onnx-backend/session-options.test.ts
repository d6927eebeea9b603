import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { InferenceSession } from "onnxruntime-common";
import { afterAll, describe, expect, test } from "vitest";
import { readRunOptions, readSessionOptions } from "../../src/onnx-backend/session-options.js";
import { hasNative } from "../parity/engines.js";
import { sumAndDifference } from "./graphs.js";
import { floats, Sessions } from "./sessions.js";

const sessions = new Sessions();
afterAll(() => sessions.releaseAll());

const read = (options: object) => readSessionOptions(options as InferenceSession.SessionOptions, 3);

test("without options a session has the threads of the settings, sleeps while it waits and says nothing", () => {
  expect(read({})).toEqual({
    intraThreads: 3,
    interThreads: 0,
    optimization: 99,
    executionMode: 0,
    usesArena: true,
    usesMemoryPattern: true,
    optimizedModelPath: "",
    logId: "",
    logSeverity: 4,
    logVerbosity: 0,
    freeDimensions: [],
    config: [["session.intra_op.allow_spinning", "0"]],
  });
});

test("every option that onnxruntime has is handed on", () => {
  expect(
    read({
      executionProviders: [{ name: "cpu", useArena: false }],
      intraOpNumThreads: 0,
      interOpNumThreads: 2,
      graphOptimizationLevel: "basic",
      executionMode: "parallel",
      enableMemPattern: false,
      optimizedModelFilePath: "optimized.onnx",
      logId: "hall",
      logSeverityLevel: 0,
      logVerbosityLevel: 1,
      freeDimensionOverrides: { batch: 1 },
      preferredOutputLocation: { sum: "cpu" },
      enableProfiling: false,
      extra: { session: { intra_op: { allow_spinning: "1" }, disable_prepacking: true }, other: 5 },
    }),
  ).toEqual({
    intraThreads: 0,
    interThreads: 2,
    optimization: 1,
    executionMode: 1,
    usesArena: false,
    usesMemoryPattern: false,
    optimizedModelPath: "optimized.onnx",
    logId: "hall",
    logSeverity: 0,
    logVerbosity: 1,
    freeDimensions: [["batch", 1]],
    config: [
      ["session.intra_op.allow_spinning", "1"],
      ["session.disable_prepacking", "1"],
      ["other", "5"],
    ],
  });
});

test("options of a run are handed on", () => {
  expect(readRunOptions({})).toEqual({
    tag: "",
    logSeverity: -1,
    logVerbosity: 0,
    isTerminated: false,
    config: [],
  });
  expect(
    readRunOptions({
      tag: "t",
      logSeverityLevel: 2,
      terminate: true,
      extra: { memory: { shrink: "cpu:0" } },
    }),
  ).toEqual({
    tag: "t",
    logSeverity: 2,
    logVerbosity: 0,
    isTerminated: true,
    config: [["memory.shrink", "cpu:0"]],
  });
});

test.each([
  [{ intraOpThreads: 2 }, "intraOpThreads"],
  [{ intraOpNumThreads: -1 }, "intraOpNumThreads"],
  [{ intraOpNumThreads: 1.5 }, "intraOpNumThreads"],
  [{ graphOptimizationLevel: "most" }, "graphOptimizationLevel"],
  [{ graphOptimizationLevel: "toString" }, "graphOptimizationLevel"],
  [{ executionMode: 1 }, "executionMode"],
  [{ enableCpuMemArena: "no" }, "enableCpuMemArena"],
  [{ optimizedModelFilePath: 5 }, "optimizedModelFilePath"],
  [{ logSeverityLevel: 5 }, "logSeverityLevel"],
  [{ freeDimensionOverrides: { batch: "1" } }, "batch"],
  [{ enableProfiling: true }, "enableProfiling"],
  [{ enableGraphCapture: true }, "enableGraphCapture"],
  [{ externalData: ["weights.bin"] }, "externalData"],
  [{ preferredOutputLocation: "gpu-buffer" }, "preferredOutputLocation"],
  [{ extra: { session: { threads: null } } }, "extra.session.threads"],
  [{ extra: 5 }, "extra"],
])("%o is refused by name", (options, name) => {
  expect(() => read(options)).toThrow(
    expect.objectContaining({ code: "ONNX_OPTION_INVALID", message: expect.stringContaining(name) }),
  );
});

test("an option of a run that is unknown is refused by name", () => {
  expect(() => readRunOptions({ sums: 1 } as InferenceSession.RunOptions)).toThrow(/Got sums/);
});

describe.skipIf(!hasNative)("onnxruntime", () => {
  test("computes the same under every option", async () => {
    const session = await sessions.start(sumAndDifference(), {
      intraOpNumThreads: 2,
      interOpNumThreads: 2,
      executionMode: "parallel",
      graphOptimizationLevel: "disabled",
      enableCpuMemArena: false,
      enableMemPattern: false,
      logId: "test",
      extra: { session: { disable_prepacking: "1" } },
    });
    const feeds = { a: floats([5]), b: floats([1]) };
    const options = {
      tag: "t",
      logSeverityLevel: 3,
      logVerbosityLevel: 0,
      extra: { some: { key: "1" } },
    } as const;
    expect((await session.run(feeds, options)).sum!.data).toEqual(Float32Array.of(6));
  });

  test("fixes free sizes by their names", async () => {
    const session = await sessions.start(sumAndDifference(), { freeDimensionOverrides: { n: 4 } });
    expect(session.inputMetadata[0]).toMatchObject({ name: "a", shape: [4] });
  });

  test("writes the optimised model where it is wanted", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "mavseg-optimised-"));
    const optimizedModelFilePath = path.join(folder, "optimised.onnx");
    await sessions.start(sumAndDifference(), { optimizedModelFilePath });
    const optimised = await sessions.start(await readFile(optimizedModelFilePath));
    expect(optimised.outputNames).toEqual(["sum", "difference"]);
    await rm(folder, { recursive: true });
  });
});
