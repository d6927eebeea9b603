import { InferenceSession, Tensor } from "onnxruntime-node";
import { type ClassObject, findObjects, type StageTimings } from "../../core/mask.js";
import { MavsegError } from "../../errors.js";
import type { ModelManifest } from "../../model/manifest.js";
import type { TemporalSettings } from "../../temporal/settings.js";
import { TemporalFilter } from "../../temporal/temporal-filter.js";
import type { MapLayout } from "../layout.js";
import { readBrightness } from "./brightness.js";
import { decodePicture, type FramePixels } from "./decode-picture.js";
import { type Geometry, planGeometry } from "./geometry.js";
import { InputTensor } from "./input-tensor.js";
import { type MaskDecoder, planMaskDecoder, type ScoreFilter } from "./mask-decoder.js";
import { type PixelRows, pixelRows, type RawPicture } from "./pixel-rows.js";
import { keepsSize, resizePicture } from "./resize-picture.js";

export interface RunnerOptions {
  /** The model file, or its path where weights lie beside it. */
  readonly model: Uint8Array | string;
  readonly manifest: ModelManifest;
  /** Threads of one run; undefined leaves it to onnxruntime: one per physical core. */
  readonly threads: number | undefined;
  /** By onnxruntime-node's name. */
  readonly executionProvider: string;
  /** Of onnxruntime's maps on the CPU. */
  readonly layout: MapLayout;
  /** How earlier frames count; undefined where each mask is of its frame alone. */
  readonly temporal: TemporalSettings | undefined;
}

export interface RunnerResult {
  /** Belongs to the receiver: the runner keeps no hold of it. */
  readonly mask: Uint8Array<ArrayBuffer>;
  readonly objects: ClassObject[];
  readonly timing: StageTimings;
}

/** Everything that depends on the frame's size, made when a new size comes and kept while it stays. */
interface SizePlan {
  readonly width: number;
  readonly height: number;
  readonly geometry: Geometry;
  readonly input: InputTensor;
  readonly feeds: Record<string, Tensor>;
  /** The frame's pixels before resizing; undefined where nothing is resized. */
  readonly packed: Uint8Array | undefined;
  /** Known after the first run. */
  output?: { readonly tensor: Tensor; readonly decode: MaskDecoder };
  /** Known with it, where earlier frames count. */
  filter?: TemporalFilter;
}

/** onnxruntime's level for messages on stderr: none but fatal ones, since every error is thrown as well. */
const LOG_FATAL = 4;

/** One session of onnxruntime with its buffers. Blocks its thread while the net runs: it belongs in a worker. */
export class ReferenceRunner {
  readonly #session: InferenceSession;
  readonly #manifest: ModelManifest;
  readonly #temporal: TemporalSettings | undefined;
  #plan: SizePlan | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(session: InferenceSession, { manifest, temporal }: RunnerOptions) {
    this.#session = session;
    this.#manifest = manifest;
    this.#temporal = temporal;
  }

  /** @throws MavsegError `MODEL_CORRUPT` with onnxruntime's message, `PROVIDER_UNAVAILABLE` on another provider */
  static async create(runner: RunnerOptions): Promise<ReferenceRunner> {
    const { model, threads, executionProvider, layout } = runner;
    const options: InferenceSession.SessionOptions = {
      executionProviders: [executionProvider],
      // The last step of all is the one that blocks the channels.
      graphOptimizationLevel: layout === "blocked" ? "all" : "extended",
      // Nets for segmentation are one chain of layers: running branches side by side costs more than it brings.
      executionMode: "sequential",
      interOpNumThreads: 1,
      logSeverityLevel: LOG_FATAL,
      // Threads that spin while they wait take the cores that the camera and the sockets need: on a loaded machine a
      // run was 2 to 4 times slower with it.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
    try {
      const session =
        typeof model === "string"
          ? await InferenceSession.create(model, options)
          : await InferenceSession.create(model, options);
      return new ReferenceRunner(session, runner);
    } catch (cause) {
      const isOnCpu = executionProvider === "cpu";
      throw new MavsegError(isOnCpu ? "MODEL_CORRUPT" : "PROVIDER_UNAVAILABLE", {
        expected: isOnCpu ? "a model that onnxruntime can load" : `a session on ${executionProvider}`,
        actual: (cause as Error).message,
        cause,
      });
    }
  }

  /**
   * Runs the net on one frame. Calls may overlap: files are decoded side by side, the rest goes one by one in the
   * order of the calls.
   * @param goesOn whether the frame follows on the one before
   * @throws MavsegError `FRAME_INVALID`, `FRAME_UNDECODABLE`, `INFERENCE_FAILED`, `MANIFEST_INVALID`
   */
  segment(frame: FramePixels, goesOn: boolean): Promise<RunnerResult> {
    const start = performance.now();
    const decoded = decodePicture(frame).then((picture) => ({
      picture,
      decodeMs: picture.data === frame.data ? 0 : performance.now() - start,
    }));
    // The failure is reported by the next line; here it must only not count as unhandled while it waits for its turn.
    decoded.catch(() => {});
    const result = this.#last.then(async () => {
      // Before anything that can fail: the frame after one that did may not go on from what came before both.
      if (!goesOn) this.#plan?.filter?.forget();
      const { picture, decodeMs } = await decoded;
      return this.#run(picture, decodeMs);
    });
    this.#last = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#session.release();
  }

  async #run(picture: RawPicture, decodeMs: number): Promise<RunnerResult> {
    const { width, height } = picture;
    const start = performance.now();
    const plan = this.#planFor(width, height);
    plan.input.write(await this.#rowsOf(picture, plan));
    const ready = performance.now();
    const output = await this.#infer(plan);
    const inferred = performance.now();
    // A new buffer for each frame: it goes to the caller, who may keep it.
    const mask = new Uint8Array(width * height);
    output.decode(output.tensor, mask);
    const objects = findObjects(mask, width, height, this.#manifest.classes.length);
    return {
      mask,
      objects,
      timing: {
        wait: 0,
        decode: decodeMs,
        preprocess: ready - start,
        infer: inferred - ready,
        postprocess: performance.now() - inferred,
      },
    };
  }

  #rowsOf(picture: RawPicture, plan: SizePlan): PixelRows | Promise<PixelRows> {
    const { colour } = this.#manifest.input;
    if (plan.packed === undefined) return pixelRows(picture, colour);
    return resizePicture(picture, plan.geometry, colour, plan.packed);
  }

  async #infer(plan: SizePlan): Promise<NonNullable<SizePlan["output"]>> {
    const { name } = this.#manifest.output;
    // From the second run on, onnxruntime writes into the tensor of the first: no allocation of its own per frame.
    const fetches = { [name]: plan.output?.tensor ?? null };
    let tensor: Tensor;
    try {
      tensor = (await this.#session.run(plan.feeds, fetches))[name] as Tensor;
    } catch (cause) {
      throw new MavsegError("INFERENCE_FAILED", {
        expected: `the net to run on an input of [${plan.input.dims.join(",")}]`,
        actual: (cause as Error).message,
        cause,
      });
    }
    plan.output ??= {
      tensor,
      decode: planMaskDecoder(
        this.#manifest,
        plan.geometry,
        tensor.dims,
        plan.width,
        plan.height,
        this.#temporal && ((planes, width, height) => this.#planFilter(plan, planes, width, height)),
      ),
    };
    return plan.output;
  }

  #planFilter(plan: SizePlan, planes: number, width: number, height: number): ScoreFilter {
    const { input, output } = this.#manifest;
    const filter = new TemporalFilter(this.#temporal!, planes, width, height, output.stride);
    plan.filter = filter;
    return (scores) => filter.run((grey) => readBrightness(plan.input, input, output.stride, grey), scores);
  }

  #planFor(width: number, height: number): SizePlan {
    if (this.#plan?.width === width && this.#plan.height === height) return this.#plan;
    const geometry = planGeometry(this.#manifest, width, height);
    const input = new InputTensor(this.#manifest.input, geometry);
    const tensor = new Tensor(this.#manifest.input.dtype, input.data, input.dims);
    const channels = input.channels;
    this.#plan = {
      width,
      height,
      geometry,
      input,
      feeds: { [this.#manifest.input.name]: tensor },
      packed: keepsSize(width, height, geometry) ? undefined : new Uint8Array(width * height * channels),
    };
    return this.#plan;
  }
}
