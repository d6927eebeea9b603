import type { Frame } from "../../src/core/frame.js";
import { createEngine, type EngineOptions } from "../../src/engine/create-engine.js";
import type { Engine } from "../../src/engine/engine.js";
import { loadAddon } from "../../src/engine/native/addon.js";
import type { RawPicture } from "../../src/engine/reference/pixel-rows.js";
import { type LoadedModel, manifestOf } from "../../src/model/load-model.js";
import type { OnnxModel } from "../../src/model/onnx-model.js";
import { encodeModel } from "../../src/model/onnx-proto.js";

/** Whether the addon is built: tests of the native engine are skipped on machines without a compiler. */
export const hasNative = (() => {
  try {
    loadAddon();
    return true;
  } catch {
    return false;
  }
})();

export function loaded(model: OnnxModel): LoadedModel {
  const bytes = encodeModel(model);
  const manifest = manifestOf(model, {}, "golden.onnx");
  return { path: "golden.onnx", bytes, sha256: "0".repeat(64), hasExternalWeights: false, manifest };
}

/** Opens engines and closes them all at the end. */
export class Engines {
  readonly #open: Engine[] = [];

  async start(
    engine: "native" | "reference",
    model: LoadedModel,
    threads = 2,
    executionProvider: "cpu" | "webgpu" = "cpu",
    more: Pick<EngineOptions, "runLengths" | "temporal"> = {},
  ): Promise<Engine> {
    const started = await createEngine(model, { engine, threads, executionProvider, ...more });
    this.#open.push(started);
    return started;
  }

  async closeAll(): Promise<void> {
    // One after the other, for the sake of WebGPU.
    for (const engine of this.#open) await engine.close();
  }
}

let seq = 0;
export function frameOf(
  picture: Pick<RawPicture, "width" | "height" | "step" | "data"> & Pick<Frame, "encoding">,
): Frame {
  return { ...picture, seq: seq++, stamp: { sec: 1, nanosec: 2 }, frameId: "cam0" };
}
