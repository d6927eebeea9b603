import { expect, test } from "vitest";
import { createEngine, type EngineOptions } from "../../src/engine/create-engine.js";
import type { LoadedModel } from "../../src/model/load-model.js";

test.each([
  [{ engine: "warp" }, /engine auto, native or reference/],
  [{ executionProvider: "tpu" }, /execution providers auto, cpu, webgpu/],
  [{ executionProvider: "openvino", engine: "reference" }, /auto, cpu, webgpu, cuda, tensorrt with/],
  [{ providerLibraries: ["ep.so"], engine: "reference" }, /no provider libraries/],
  [{ executionProvider: "webgpu", providerOptions: { a: "1" }, engine: "reference" }, /no provider options/],
  [{ providerOptions: { a: "1" } }, /an execution provider by name/],
  [{ threads: 0 }, /1\.\.256 threads/],
  [{ threads: 1.5 }, /1\.\.256 threads/],
  [{ engine: "reference", ortLibrary: "lib.so" }, /no ortLibrary/],
])("the options %j are refused before anything starts", async (options, message) => {
  await expect(createEngine({} as LoadedModel, options as unknown as EngineOptions)).rejects.toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringMatching(message) }),
  );
});
