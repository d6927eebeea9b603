import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, test } from "vitest";
import { Running } from "./processes.js";
import { writeTinyModel } from "./tiny-model.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/segment-picture.mjs", import.meta.url));

test("segment-picture.mjs prints each class with its place", async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "mavseg-example-"));
  try {
    const picture = path.join(dir, "half.jpg");
    // The left half is white: class "bright" of the tiny model, centred at 15.5, 15.5.
    const white = { create: { width: 32, height: 32, channels: 3 as const, background: "#fff" } };
    await sharp({ create: { width: 64, height: 32, channels: 3, background: "#000" } })
      .composite([{ input: await sharp(white).png().toBuffer(), left: 0, top: 0 }])
      .jpeg({ quality: 100 })
      .toFile(picture);
    const example = new Running(process.execPath, [EXAMPLE, await writeTinyModel(), picture], process.env);
    const { code, stdout } = await example.ended();
    expect(stdout).toMatch(/^bright: 1024 px around 16, 16, box 0 0 32 32\n\d+\.\d ms\n$/);
    expect(code).toBe(0);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test("onnx-backend.mjs prints each output of the model, and that the event loop went on turning", async () => {
  const script = fileURLToPath(new URL("../../examples/onnx-backend.mjs", import.meta.url));
  const example = new Running(process.execPath, [script, await writeTinyModel()], process.env);
  const { code, stdout } = await example.ended();
  expect(stdout).toMatch(
    /^logits: float32 \[1,\d+,1024,1024\]\nturns of the event loop meanwhile: [1-9]\d*\n$/,
  );
  expect(code).toBe(0);
});
