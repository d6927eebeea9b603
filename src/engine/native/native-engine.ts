import type { Frame } from "../../core/frame.js";
import { checkFrame, isCompressed } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import { MavsegError } from "../../errors.js";
import type { LoadedModel } from "../../model/load-model.js";
import type { Engine } from "../engine.js";
import type { ExecutionProvider } from "../providers/provider.js";
import { type Geometry, planGeometry } from "../reference/geometry.js";
import type { RawPicture } from "../reference/pixel-rows.js";
import {
  loadAddon,
  type NativeSegmenter,
  ON_CPU,
  type ProviderChoice,
  RAW_ENCODINGS,
  type SegmenterOptions,
} from "./addon.js";
import { type Expectations, toMavsegError } from "./addon-error.js";
import { geometryNumbers } from "./geometry-numbers.js";
import { MaskPool } from "./mask-pool.js";
import { findOrtLibrary } from "./ort-library.js";
import { physicalCores } from "./physical-cores.js";
import { newReport, readObjects, readTimings } from "./report.js";

export interface NativeEngineOptions {
  /** Threads of one run, and of the kernels around it; left out, one per physical core. */
  readonly threads?: number | undefined;
  /** Path of another libonnxruntime than that of onnxruntime-node. */
  readonly ortLibrary?: string | undefined;
  /** What to run on and its name; left out, the CPU. */
  readonly provider?: { readonly name: ExecutionProvider; readonly choice: ProviderChoice } | undefined;
}

/** What depends on the frame's size. */
interface SizePlan {
  readonly width: number;
  readonly height: number;
  readonly geometry: Geometry;
  readonly numbers: Float64Array;
}

interface Decoded {
  readonly picture: RawPicture;
  readonly decodeMs: number;
}

/**
 * The addon in native/: frames are read where they lie, on a thread of its own, and masks are written once.
 * `mask.release()` gives a mask's buffer back for a later mask; whoever does not call it pays for a fresh one.
 */
export class NativeEngine implements Engine {
  readonly name = "native";
  readonly executionProvider: ExecutionProvider;
  readonly manifest: LoadedModel["manifest"];
  readonly modelSha256: string;
  /** The release of onnxruntime in use. */
  readonly ortVersion: string;
  readonly #segmenter: NativeSegmenter;
  readonly #masks = new MaskPool();
  #plan: SizePlan | undefined;
  #submitted: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(
    model: LoadedModel,
    segmenter: NativeSegmenter,
    ortVersion: string,
    executionProvider: ExecutionProvider,
  ) {
    this.manifest = model.manifest;
    this.modelSha256 = model.sha256;
    this.#segmenter = segmenter;
    this.ortVersion = ortVersion;
    this.executionProvider = executionProvider;
  }

  /**
   * Loads the addon and, on its thread, the model.
   * @throws MavsegError `ENGINE_UNAVAILABLE`, `ORT_LIBRARY_UNUSABLE`, `MODEL_CORRUPT` where onnxruntime refuses the model
   *   on the CPU, `PROVIDER_UNAVAILABLE` or `PROVIDER_LIBRARY_UNUSABLE` where it does so on another provider
   */
  static async create(model: LoadedModel, options: NativeEngineOptions = {}): Promise<NativeEngine> {
    const { Segmenter } = loadAddon();
    const ortLibrary = findOrtLibrary(options.ortLibrary);
    const { name, choice } = options.provider ?? { name: "cpu", choice: ON_CPU };
    const threads = options.threads ?? physicalCores();
    const segmenter = new Segmenter(segmenterOptions(model, ortLibrary, threads, choice));
    try {
      return new NativeEngine(model, segmenter, await segmenter.ready(), name);
    } catch (cause) {
      throw toMavsegError(cause, {
        MODEL_CORRUPT: "a model that onnxruntime can load",
        ORT_LIBRARY_UNUSABLE: `onnxruntime 1.22 or newer at ${ortLibrary}`,
        PROVIDER_UNAVAILABLE: `a session on ${name} with ${ortLibrary}`,
        PROVIDER_LIBRARY_UNUSABLE: "a plugin that this onnxruntime can load",
      });
    }
  }

  async segment(frame: Frame): Promise<Mask> {
    if (this.#closing !== undefined) throw new MavsegError("ENGINE_STOPPED", { actual: "it was closed" });
    checkFrame(frame);
    const decoded = isCompressed(frame.encoding) ? decode(frame) : asItIs(frame);
    // The failure is reported below; here it must only not count as unhandled while it waits for its turn.
    decoded.catch(() => {});
    // A raw frame may not overtake a compressed one. The box keeps `then` from waiting for the answer as well.
    const submitted = this.#submitted.then(async () => ({ answer: this.#run(frame, await decoded) }));
    this.#submitted = submitted.catch(() => {});
    return (await submitted).answer;
  }

  close(): Promise<void> {
    this.#closing ??= this.#submitted.then(() => this.#segmenter.close());
    return this.#closing;
  }

  async #run(frame: Frame, { picture, decodeMs }: Decoded): Promise<Mask> {
    const { seq, stamp, frameId } = frame;
    const { width, height, step, encoding } = picture;
    const plan = this.#planFor(width, height);
    const data = this.#masks.take(width * height);
    const report = newReport(this.manifest.classes.length);
    try {
      const format = RAW_ENCODINGS.indexOf(encoding);
      await this.#segmenter.segment(picture.data, width, height, step, format, plan.numbers, data, report);
    } catch (cause) {
      this.#masks.giveBack(data);
      throw toMavsegError(cause, this.#expectations(plan.geometry));
    }
    const timing = readTimings(report, decodeMs);
    const release = this.#releaseOnce(data);
    return { seq, stamp, frameId, width, height, data, objects: readObjects(report), timing, release };
  }

  #releaseOnce(data: Uint8Array<ArrayBuffer>): () => void {
    let isReleased = false;
    return () => {
      // A second call must not put a buffer into the pool that another mask may hold by now.
      if (!isReleased) this.#masks.giveBack(data);
      isReleased = true;
    };
  }

  #planFor(width: number, height: number): SizePlan {
    if (this.#plan?.width === width && this.#plan.height === height) return this.#plan;
    const geometry = planGeometry(this.manifest, width, height);
    this.#plan = { width, height, geometry, numbers: geometryNumbers(geometry, width, height) };
    return this.#plan;
  }

  #expectations({ x, y }: Geometry): Expectations {
    const { classes, input, output } = this.manifest;
    const channels = output.kind === "logits" ? classes.length : 1;
    const inputChannels = input.colour === "grey" ? 1 : 3;
    const dims =
      input.layout === "NCHW"
        ? [1, inputChannels, y.tensor, x.tensor]
        : [1, y.tensor, x.tensor, inputChannels];
    const size = `${Math.ceil(x.tensor / output.stride)}x${Math.ceil(y.tensor / output.stride)}`;
    return {
      INFERENCE_FAILED: `the net to run on an input of [${dims.join(",")}]`,
      MANIFEST_INVALID: `the output ${output.name} to have ${channels} channel(s) of ${size} for an input of ${x.tensor}x${y.tensor} with output.stride ${output.stride}`,
    };
  }
}

function segmenterOptions(
  model: LoadedModel,
  ortLibrary: string,
  threads: number,
  provider: ProviderChoice,
): SegmenterOptions {
  const { input, output, classes, ignoreIndex } = model.manifest;
  return {
    ortLibrary,
    threads,
    provider,
    model: model.hasExternalWeights ? model.path : model.bytes,
    input,
    output: { ...output, classCount: classes.length, ignoreIndex },
  };
}

async function asItIs(frame: Frame): Promise<Decoded> {
  return { picture: frame as RawPicture, decodeMs: 0 };
}

async function decode(frame: Frame): Promise<Decoded> {
  const start = performance.now();
  // Loaded with the first compressed frame: sharp costs 50 ms and 20 MB that raw frames do not need.
  const { decodePicture } = await import("../reference/decode-picture.js");
  const picture = await decodePicture(frame);
  return { picture, decodeMs: performance.now() - start };
}
