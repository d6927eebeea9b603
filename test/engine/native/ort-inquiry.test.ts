import { describe, expect, test } from "vitest";
import { inspectOrt } from "../../../src/engine/native/ort-inquiry.js";
import { hasNative } from "../../parity/engines.js";

describe.skipIf(!hasNative)("asking onnxruntime what it offers", () => {
  test("the packaged library says its release, and offers the CPU with a device", async () => {
    const { release, providers, devices } = await inspectOrt();
    expect(release).toMatch(/^1\.\d+\.\d+$/);
    expect(providers).toContain("CPUExecutionProvider");
    expect(devices).toContainEqual(
      expect.objectContaining({ provider: "CPUExecutionProvider", type: "cpu" }),
    );
  });

  test("a library or a plugin that cannot be had is named", async () => {
    await expect(inspectOrt("/no/libonnxruntime.so")).rejects.toThrow(
      expect.objectContaining({
        code: "ORT_LIBRARY_UNUSABLE",
        message: expect.stringContaining("/no/libonnxruntime.so"),
      }),
    );
    await expect(inspectOrt(undefined, { pluginLibraries: ["/no/plugin.so"] })).rejects.toThrow(
      expect.objectContaining({
        code: "PROVIDER_LIBRARY_UNUSABLE",
        actual: expect.stringContaining("/no/plugin.so"),
      }),
    );
  });
});
