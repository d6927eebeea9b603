import type { Frame } from "./core/frame.js";
import type { Mask } from "./core/mask.js";
import { stampNow } from "./core/stamp.js";
import { createEngine, type EngineOptions } from "./engine/create-engine.js";
import type { Engine } from "./engine/engine.js";
import { sayKernels } from "./engine/kernels.js";
import { type LoadModelOptions, loadModel } from "./model/load-model.js";
import type { ModelManifest } from "./model/manifest.js";

/** A picture to segment; what a camera would know besides has defaults. */
export type SegmenterInput = Pick<Frame, "data" | "width" | "height" | "encoding"> & Partial<Frame>;

/** A mask that `using` gives back: engines may lend its buffer out of a pool. */
export type DisposableMask = Mask & Disposable;

/**
 * A model, ready to turn pictures into masks.
 *
 * ```ts
 * const segmenter = await Segmenter.load("tied-m-perch_drone", { threads: 2 });
 * using mask = await segmenter.segment({ data, width: 1280, height: 1024, step: 3840, encoding: "bgr8" });
 * await segmenter.close();
 * ```
 */
export class Segmenter {
  readonly #engine: Engine;
  #seq = 0;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * @param model the path of an .onnx file, a folder with model.onnx, or the name of a shipped model
   * @throws MavsegError as `loadModel` and `createEngine` do
   */
  static async load(model: string, options: EngineOptions & LoadModelOptions = {}): Promise<Segmenter> {
    return new Segmenter(await createEngine(await loadModel(model, options), options));
  }

  get manifest(): ModelManifest {
    return this.#engine.manifest;
  }

  /** The execution provider in use: `cpu`, ... */
  get executionProvider(): string {
    return this.#engine.executionProvider;
  }

  /**
   * Whose kernels the net runs on, in words: `fused avx512` for those of the native engine's own, `onnxruntime`, or with
   * why the net is not fused, `onnxruntime (not fused: MAVSEG_FUSED=off)`.
   */
  get kernels(): string {
    return sayKernels(this.#engine) ?? "onnxruntime";
  }

  /**
   * Segments one picture without blocking the JS thread; calls may overlap.
   * @throws MavsegError `FRAME_INVALID`, `FRAME_UNDECODABLE`
   */
  async segment(input: SegmenterInput): Promise<DisposableMask> {
    const mask = await this.#engine.segment({
      seq: this.#seq++,
      stamp: stampNow(),
      frameId: "",
      step: 0,
      ...input,
    });
    return Object.assign(mask, { [Symbol.dispose]: () => mask.release?.() });
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }
}
