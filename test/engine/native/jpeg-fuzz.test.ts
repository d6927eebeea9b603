import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { encodeModel } from "../../../src/model/onnx-proto.js";
import { redGreenModel } from "../../model/golden-models.js";
import { hasNative } from "../../parity/engines.js";

const root = path.resolve(import.meta.dirname, "../../..");
const dist = path.join(root, "dist");
const isBuilt = existsSync(path.join(dist, "engine/native/plain-jpeg.js"));

/** Damaged JPEG files through the engine. What crashes takes this process along, not the test. */
const SCRIPT = `
  const { default: fc } = await import("fast-check");
  const { default: sharp } = await import("sharp");
  const { createEngine } = await import("${pathToFileURL(dist)}/engine/create-engine.js");
  const { loadModel } = await import("${pathToFileURL(dist)}/model/load-model.js");
  const engine = await createEngine(await loadModel(process.env.MODEL), { engine: "native", executionProvider: "cpu" });
  const [width, height] = [48, 40];
  const raw = { width, height, channels: 3 };
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * index) % 251);
  const picture = sharp(pixels, { raw });
  const files = await Promise.all([
    picture.clone().jpeg({ chromaSubsampling: "4:2:0" }).toBuffer(),
    picture.clone().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
    picture.clone().toColourspace("b-w").jpeg().toBuffer(),
    picture.clone().toColourspace("cmyk").jpeg().toBuffer(),
  ]);
  const frame = { seq: 0, stamp: { sec: 0, nanosec: 0 }, frameId: "", width, height, step: 0, encoding: "jpeg" };
  const sound = Buffer.from((await engine.segment({ ...frame, data: files[0] })).data);
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const damage = fc.oneof(
    fc.record({ at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    fc.record({ at: place, bytes: fc.constant(Uint8Array.of(255)) }),
    fc.record({ at: place, cut: fc.constant(true) }),
  );
  const apply = (file, damages) => {
    let bytes = Uint8Array.from(file);
    for (const { at, bytes: written, cut } of damages) {
      const start = Math.floor(at * bytes.length);
      if (cut) bytes = bytes.subarray(0, Math.max(1, start));
      else for (const [index, value] of written.entries()) if (start + index < bytes.length) bytes[start + index] = value;
    }
    return bytes;
  };
  const outcomes = {};
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 3 }), fc.array(damage, { minLength: 1, maxLength: 4 }), async (which, damages) => {
      const data = apply(files[which], damages);
      const outcome = await engine.segment({ ...frame, data }).then(() => "mask", ({ code }) => code);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (!["mask", "FRAME_INVALID", "FRAME_UNDECODABLE"].includes(outcome)) throw new Error(outcome);
      const next = await engine.segment({ ...frame, data: files[0] });
      if (!sound.equals(next.data)) throw new Error("the next mask is another");
      next.release();
    }),
    { numRuns: 300 },
  );
  await engine.close();
  console.log(JSON.stringify(outcomes));
`;

test.skipIf(!hasNative || !isBuilt)(
  "whatever is damaged in a JPEG file, there is a mask or a coded error, and the next file's mask is right",
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "mavseg-jpeg-fuzz-"));
    await writeFile(path.join(folder, "model.onnx"), encodeModel(redGreenModel()));
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", SCRIPT],
      {
        encoding: "utf8",
        cwd: root,
        timeout: 55_000,
        env: { ...process.env, MODEL: folder },
      },
    );
    await rm(folder, { recursive: true });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
    const outcomes = JSON.parse(stdout);
    expect(outcomes.mask).toBeGreaterThan(0);
    expect(outcomes.FRAME_UNDECODABLE).toBeGreaterThan(0);
  },
);
