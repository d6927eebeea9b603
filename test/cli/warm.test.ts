import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createCommand } from "../../src/cli/warm.js";
import { encodeModel } from "../../src/model/onnx-proto.js";
import { brokenOnWebgpuModel } from "../engine/providers/broken-on-webgpu.js";
import { redGreenModel } from "../model/golden-models.js";
import { missingWebgpu } from "../parity/webgpu.js";
import { printed } from "./printed.js";

let folder: string;
let model: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mavseg-warm-"));
  model = path.join(folder, "net.onnx");
  vi.stubEnv("MAVSEG_CACHE", path.join(folder, "cache"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe("warm", () => {
  test("says what the model runs on, for which size, how long it took, and where the cache is", async () => {
    await writeFile(model, encodeModel(redGreenModel()));
    const said = await printed(createCommand(), "--model", model, "--ep", "cpu", "--size", "64x48", "--json");
    expect(JSON.parse(said)).toMatchObject({
      model: "net",
      executionProvider: "cpu",
      width: 64,
      height: 48,
      sessionMs: expect.any(Number),
      firstMaskMs: expect.any(Number),
      secondMaskMs: expect.any(Number),
      cache: path.join(folder, "cache"),
    });
  });

  test("a size that is none is wrong use", async () => {
    await expect(printed(createCommand(), "--model", model, "--size", "64")).rejects.toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("--size") }),
    );
  });

  test.skipIf(missingWebgpu !== undefined)(
    "a provider that breaks on the first frame is not ready",
    async () => {
      await writeFile(model, encodeModel(brokenOnWebgpuModel()));
      const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      const warmed = printed(createCommand(), "--model", model, "--ep", "webgpu", "--size", "64x48");
      await expect(warmed).rejects.toThrow(
        expect.objectContaining({ code: "PROVIDER_UNAVAILABLE", expected: "webgpu to run net" }),
      );
      expect(stderr).toHaveBeenCalledWith(expect.stringContaining("left for cpu"));
      stderr.mockRestore();
    },
  );
});
