import { describe, expect, test } from "vitest";
import { planCandidates } from "../../../src/engine/providers/plan.js";
import { hasNative } from "../../parity/engines.js";

const NO_GPU = { hasAny: false, hasNvidia: false, isJetson: false };
const JETSON = { hasAny: true, hasNvidia: true, isJetson: true };
const modelSha256 = "00".repeat(32);

test("auto on a machine without a GPU has no candidates, and does not even open the library", async () => {
  const ortLibrary = "/no/libonnxruntime.so";
  expect(await planCandidates({ executionProvider: "auto", modelSha256, ortLibrary }, NO_GPU)).toEqual([]);
});

describe.skipIf(!hasNative)("an accelerator by name", () => {
  test.each(["cuda", "tensorrt"] as const)("%s on a Jetson takes a build for its JetPack", async (wanted) => {
    await expect(planCandidates({ executionProvider: wanted, modelSha256 }, JETSON)).rejects.toThrow(
      expect.objectContaining({ code: "PROVIDER_UNAVAILABLE", hint: expect.stringContaining("JetPack") }),
    );
  });

  test("a plugin comes out of its package", async () => {
    const wanted = "nv-tensorrt-rtx";
    await expect(planCandidates({ executionProvider: wanted, modelSha256 }, NO_GPU)).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining("onnxruntime-ep-nv-tensorrt-rtx-cu13") }),
    );
  });
});
