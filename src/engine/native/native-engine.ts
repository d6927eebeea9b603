import type { Frame } from "../../core/frame.js";
import { checkFrame, isCompressed } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import { MavsegError } from "../../errors.js";
import type { LoadedModel } from "../../model/load-model.js";
import { Continuity } from "../../temporal/continuity.js";
import type { TemporalSettings } from "../../temporal/settings.js";
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
  type Readiness,
  RUN_LENGTH_BYTES_PER_PX,
  type SegmenterOptions,
} from "./addon.js";
import { type Expectations, toMavsegError } from "./addon-error.js";
import { planFused } from "./fused/plan-fused.js";
import { geometryNumbers } from "./geometry-numbers.js";
import { MaskPool } from "./mask-pool.js";
import { findOrtLibrary } from "./ort-library.js";
import { physicalCores } from "./physical-cores.js";
import { isPlainJpeg } from "./plain-jpeg.js";
import { newReport, readObjects, readTimings } from "./report.js";
import { Turbojpeg } from "./turbojpeg.js";

export interface NativeEngineOptions {
  /** Threads of one run, and of the kernels around it; left out, one per physical core. */
  readonly threads?: number | undefined;
  /** Whether masks carry their run lengths. */
  readonly runLengths?: boolean | undefined;
  /** How earlier frames count. */
  readonly temporal?: TemporalSettings | undefined;
  /** Path of another libonnxruntime than that of onnxruntime-node. */
  readonly ortLibrary?: string | undefined;
  /** What to run on and its name; left out, the CPU. */
  readonly provider?: { readonly name: ExecutionProvider; readonly choice: ProviderChoice } | undefined;
  /**
   * Whether nets of the tied family run on the addon's own kernels on the CPU; left out, yes, unless `MAVSEG_FUSED=off`.
   */
  readonly fused?: boolean | undefined;
  /** Told where fused steps were refused, and once where libjpeg-turbo is missing, when the first JPEG file comes. */
  readonly log?: ((message: string) => void) | undefined;
}

/** What depends on the frame's size. */
interface SizePlan {
  readonly width: number;
  readonly height: number;
  readonly geometry: Geometry;
  readonly numbers: Float64Array;
}

/** A file that the addon decodes itself. */
type JpegFile = Pick<Frame, "width" | "height" | "data"> & { readonly encoding: "jpeg" };

/** What the addon takes. */
interface Prepared {
  readonly picture: RawPicture | JpegFile;
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
  readonly kernels: "fused" | "onnxruntime";
  readonly temporal: TemporalSettings | undefined;
  readonly #segmenter: NativeSegmenter;
  readonly #turbojpeg: Turbojpeg;
  readonly #masks = new MaskPool();
  /** Undefined where nobody wants run lengths. */
  readonly #runLengths: MaskPool | undefined;
  readonly #continuity = new Continuity();
  #plan: SizePlan | undefined;
  #submitted: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(
    model: LoadedModel,
    segmenter: NativeSegmenter,
    { ortVersion, isFused }: Readiness,
    executionProvider: ExecutionProvider,
    turbojpeg: Turbojpeg,
    { runLengths, temporal }: NativeEngineOptions,
  ) {
    this.manifest = model.manifest;
    this.modelSha256 = model.sha256;
    this.#segmenter = segmenter;
    this.ortVersion = ortVersion;
    this.kernels = isFused ? "fused" : "onnxruntime";
    this.executionProvider = executionProvider;
    this.#turbojpeg = turbojpeg;
    this.#runLengths = runLengths === true ? new MaskPool() : undefined;
    this.temporal = temporal;
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
    const turbojpeg = new Turbojpeg(options.log);
    const fused = name === "cpu" ? planFused(model, options.fused) : undefined;
    const segmenter = new Segmenter({
      ...segmenterOptions(model, ortLibrary, threads, choice),
      fused: typeof fused === "object" ? fused : undefined,
      temporal: options.temporal && {
        ...options.temporal,
        hysteresis: Float32Array.from(options.temporal.hysteresis),
      },
      turbojpeg: turbojpeg.library,
    });
    try {
      const readiness = await segmenter.ready();
      const { fusedRefusal } = readiness;
      if (fusedRefusal !== "")
        options.log?.(`onnxruntime runs the net, not the fused kernels: ${fusedRefusal}`);
      return new NativeEngine(model, segmenter, readiness, name, turbojpeg, options);
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
    const prepared = this.#prepare(frame);
    // The failure is reported below; here it must only not count as unhandled while it waits for its turn.
    prepared.catch(() => {});
    // A raw frame may not overtake a compressed one. The box keeps `then` from waiting for the answer as well.
    const submitted = this.#submitted.then(async () => ({ answer: this.#run(frame, await prepared) }));
    this.#submitted = submitted.catch(() => {});
    return (await submitted).answer;
  }

  forget(): void {
    this.#submitted = this.#submitted.then(() => this.#continuity.forget());
  }

  close(): Promise<void> {
    this.#closing ??= this.#submitted.then(() => this.#segmenter.close());
    return this.#closing;
  }

  async #prepare(frame: Frame): Promise<Prepared> {
    const { width, height, encoding, data } = frame;
    if (!isCompressed(encoding)) return { picture: frame as RawPicture, decodeMs: 0 };
    if (encoding === "jpeg" && isPlainJpeg(data) && this.#turbojpeg.isThere()) {
      return { picture: { width, height, encoding, data }, decodeMs: 0 };
    }
    return decodeBySharp(frame);
  }

  async #run(frame: Frame, { picture, decodeMs }: Prepared): Promise<Mask> {
    const { seq, stamp, frameId } = frame;
    const { width, height } = picture;
    const plan = this.#planFor(width, height);
    const data = this.#masks.take(width * height);
    const report = newReport(this.manifest.classes.length);
    let runLengths: Uint8Array | undefined;
    try {
      runLengths = await this.#submit(picture, plan, data, report, this.#continuity.follows(frame));
    } catch (cause) {
      this.#masks.giveBack(data);
      throw toMavsegError(cause, { ...this.#expectations(plan.geometry), ...jpegExpectations(picture) });
    }
    const timing = readTimings(report, decodeMs);
    const release = this.#releaseOnce(data);
    const objects = readObjects(report);
    return { seq, stamp, frameId, width, height, data, objects, timing, runLengths, release };
  }

  /** @returns the mask's run lengths, if they are wanted */
  async #submit(
    picture: Prepared["picture"],
    plan: SizePlan,
    mask: Uint8Array,
    report: Float64Array,
    goesOn: boolean,
  ): Promise<Uint8Array | undefined> {
    const runLengths = this.#runLengths?.take(mask.length * RUN_LENGTH_BYTES_PER_PX);
    try {
      const written = await this.#submitInto(picture, plan, mask, report, runLengths, goesOn);
      // A copy of a few KiB: the buffer has room for the worst mask, 2.6 MB, too much to lend out with every one.
      return runLengths?.slice(0, written);
    } finally {
      if (runLengths !== undefined) this.#runLengths?.giveBack(runLengths);
    }
  }

  #submitInto(
    picture: Prepared["picture"],
    { numbers }: SizePlan,
    mask: Uint8Array,
    report: Float64Array,
    runLengths: Uint8Array | undefined,
    goesOn: boolean,
  ): Promise<number> {
    const { width, height, data } = picture;
    if (picture.encoding === "jpeg") {
      return this.#segmenter.segmentJpeg(data, width, height, numbers, mask, report, runLengths, goesOn);
    }
    const format = RAW_ENCODINGS.indexOf(picture.encoding);
    const { step } = picture;
    return this.#segmenter.segment(
      data,
      width,
      height,
      step,
      format,
      numbers,
      mask,
      report,
      runLengths,
      goesOn,
    );
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
): Omit<SegmenterOptions, "turbojpeg" | "fused" | "temporal"> {
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

function jpegExpectations({ width, height, encoding }: Prepared["picture"]): Expectations {
  if (encoding !== "jpeg") return {};
  return { FRAME_INVALID: `a jpeg file of ${width}x${height} px`, FRAME_UNDECODABLE: "a jpeg file" };
}

async function decodeBySharp(frame: Frame): Promise<Prepared> {
  const start = performance.now();
  // Loaded with the first frame that needs it: sharp costs 50 ms and 20 MB.
  const { decodePicture } = await import("../reference/decode-picture.js");
  const picture = await decodePicture(frame);
  return { picture, decodeMs: performance.now() - start };
}
