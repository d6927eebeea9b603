import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stampFromMs } from "../../src/core/stamp.js";
import { createEngine } from "../../src/engine/create-engine.js";
import { loadModel } from "../../src/model/load-model.js";
import { renderFlight } from "../../src/synth/flight.js";
import { decodeRle8, encodeRle8Into, rle8MaxBytes } from "../../src/transport/rle8.js";

// The whole way from pixels to class ids over a short drawn flight, held against stored masks. They are renewed only
// on purpose: MAVSEG_UPDATE_GOLDEN=1 npx vitest run test/replay, then look at what changed.
const GOLDEN = new URL("./golden/", import.meta.url);
const FRAMES = 6;

// Another processor adds floats in another order; px on a boundary may fall either way.
const LEAST_EQUAL_SHARE = 0.999;

test("the shipped net sees in the drawn flight what it saw before", async () => {
  const model = await loadModel("tied-m-synth");
  const engine = await createEngine(model, { executionProvider: "cpu", threads: 1 });
  try {
    let seen = 0;
    for (const { name, width, height, image } of renderFlight({ seed: "golden", frames: FRAMES, fps: 2 })) {
      const mask = await engine.segment({
        seq: 0,
        stamp: stampFromMs(0),
        frameId: "golden",
        width,
        height,
        step: width,
        encoding: "mono8",
        data: image,
      });
      seen += mask.objects.reduce((sum, { pixels }) => sum + pixels, 0);
      const file = new URL(`${name}.rle8`, GOLDEN);
      if (process.env.MAVSEG_UPDATE_GOLDEN === "1") store(file, mask.data);
      const golden = decodeRle8(readFileSync(file), width * height);
      const equal = mask.data.reduce((sum, id, at) => sum + (id === golden[at] ? 1 : 0), 0);
      expect(equal / golden.length, `share of equal px in frame ${name}`).toBeGreaterThanOrEqual(
        LEAST_EQUAL_SHARE,
      );
    }
    expect(seen, "px of the drone over all frames: an empty mask would prove nothing").toBeGreaterThan(1000);
  } finally {
    await engine.close();
  }
});

function store(file: URL, mask: Uint8Array): void {
  mkdirSync(GOLDEN, { recursive: true });
  const out = new Uint8Array(rle8MaxBytes(mask.length));
  writeFileSync(file, out.subarray(0, encodeRle8Into(mask, out)));
}
