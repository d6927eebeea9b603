import { checkFrame, type Frame } from "../../core/frame.js";
import type { Mask } from "../../core/mask.js";
import { MavsegError } from "../../errors.js";
import type { LoadedModel } from "../../model/load-model.js";
import { Continuity } from "../../temporal/continuity.js";
import type { TemporalSettings } from "../../temporal/settings.js";
import type { Engine } from "../engine.js";
import type { NotFused } from "../kernels.js";
import type { MapLayout } from "../layout.js";
import type { ExecutionProvider } from "../providers/provider.js";
import { type Geometry, planGeometry } from "../reference/geometry.js";
import { type NativeSegmenter, RAW_ENCODINGS, RUN_LENGTH_BYTES_PER_PX } from "./addon.js";
import { type Expectations, toMavsegError } from "./addon-error.js";
import { geometryNumbers } from "./geometry-numbers.js";
import { MaskPool } from "./mask-pool.js";
import { type NativeEngineOptions, type OpenSegmenter, openSegmenter } from "./open-segmenter.js";
import { jpegExpectations, type PreparedFrame, prepareFrame } from "./prepare-frame.js";
import { newReport, readObjects, readTimings } from "./report.js";
import type { Turbojpeg } from "./turbojpeg.js";

/** What depends on the frame's size. */
interface SizePlan {
  readonly width: number;
  readonly height: number;
  readonly geometry: Geometry;
  readonly numbers: Float64Array;
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
  readonly instructionSet: string | undefined;
  readonly notFused: NotFused | undefined;
  readonly layout: MapLayout | undefined;
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
    { segmenter, executionProvider, ortVersion, kernels, turbojpeg }: OpenSegmenter,
    { runLengths, temporal }: NativeEngineOptions,
  ) {
    this.manifest = model.manifest;
    this.modelSha256 = model.sha256;
    this.#segmenter = segmenter;
    this.ortVersion = ortVersion;
    this.kernels = kernels.kernels ?? "onnxruntime";
    this.instructionSet = kernels.instructionSet;
    this.notFused = kernels.notFused;
    this.layout = kernels.layout;
    this.executionProvider = executionProvider;
    this.#turbojpeg = turbojpeg;
    this.#runLengths = runLengths === true ? new MaskPool() : undefined;
    this.temporal = temporal;
  }

  /**
   * Loads the addon and, on its thread, the model.
   * @throws MavsegError as `openSegmenter`
   */
  static async create(model: LoadedModel, options: NativeEngineOptions = {}): Promise<NativeEngine> {
    return new NativeEngine(model, await openSegmenter(model, options), options);
  }

  async segment(frame: Frame): Promise<Mask> {
    if (this.#closing !== undefined) throw new MavsegError("ENGINE_STOPPED", { actual: "it was closed" });
    checkFrame(frame);
    const prepared = prepareFrame(frame, this.#turbojpeg);
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

  async #run(frame: Frame, { picture, decodeMs }: PreparedFrame): Promise<Mask> {
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
    picture: PreparedFrame["picture"],
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
    picture: PreparedFrame["picture"],
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
