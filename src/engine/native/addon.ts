import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { PixelEncoding } from "../../core/frame.js";
import { MavsegError } from "../../errors.js";
import type { ModelManifest } from "../../model/manifest.js";
import type { TemporalSettings } from "../../temporal/settings.js";
import type { MapLayout } from "../layout.js";
import type { FusedNet } from "./fused/fused-step.js";

/** The order is that of `Encoding` in native/kernels/picture.h. */
export const RAW_ENCODINGS = [
  "mono8",
  "rgb8",
  "bgr8",
  "rgba8",
  "bgra8",
  "yuv422_yuy2",
  "nv12",
] as const satisfies readonly PixelEncoding[];

/** Which execution provider a session is to run on. */
export interface ProviderChoice {
  /**
   * For a built-in one the name that onnxruntime's interface takes it by, for one of a plugin the name that its devices
   * carry; empty for the CPU.
   */
  readonly name: string;
  /** Absolute paths of the plugins, of which one brings the provider; none for a built-in one. */
  readonly plugins: readonly string[];
  /** Whether the WebGPU plugin may list what is not on the PCI bus, see `OrtInquiryOptions`. */
  readonly allowSoftwareAdapter: boolean;
  readonly options: Readonly<Record<string, string>>;
}

export const ON_CPU: ProviderChoice = { name: "", plugins: [], allowSoftwareAdapter: false, options: {} };

/** What native/segmenter_options.cc reads. */
export interface SegmenterOptions {
  /** Path of libonnxruntime. */
  readonly ortLibrary: string;
  /** Threads of one run, and of the kernels around it. */
  readonly threads: number;
  readonly provider: ProviderChoice;
  /** Of onnxruntime's maps on the CPU. */
  readonly layout: MapLayout;
  /** The file's bytes, or its path where weights lie beside it. */
  readonly model: Uint8Array | string;
  readonly input: Pick<
    ModelManifest["input"],
    "name" | "dtype" | "colour" | "layout" | "scale" | "mean" | "std"
  >;
  readonly output: Pick<ModelManifest["output"], "name" | "kind" | "layout" | "stride"> & {
    readonly classCount: number;
    readonly ignoreIndex: number;
    /** Per class; without it all regions are kept. */
    readonly confirmAt: Float32Array | undefined;
  };
  /** The net as steps that the addon computes itself, on the CPU; without it onnxruntime runs the model. */
  readonly fused: FusedNet | undefined;
  /** How earlier frames count; without it each mask is of its frame alone. */
  readonly temporal:
    | (Omit<TemporalSettings, "hysteresis"> & { readonly hysteresis: Float32Array })
    | undefined;
  /** Path or name of the library that decodes JPEG files; opened with the first one. */
  readonly turbojpeg: string;
}

/** Numbers of a report: milliseconds of decode, preprocess, infer and postprocess, then those of each class. */
export const REPORT_TIMINGS = 4;
/** px, sum of x, sum of y, left, top, right, bottom */
export const REPORT_PER_CLASS = 7;

/** Most that run lengths can take: each px a run of its own. */
export const RUN_LENGTH_BYTES_PER_PX = 2;

/** How a loaded model runs. */
export interface Readiness {
  /** The release of onnxruntime. */
  readonly ortVersion: string;
  readonly isFused: boolean;
  /** Why the fused steps do not run: they did not compute what onnxruntime does. Empty where they do, or there are none. */
  readonly fusedRefusal: string;
  /** What fused kernels run on here, see `KernelsInUse`. */
  readonly instructionSet: string;
}

/** A model in a thread of its own. Failures are errors with a `code` of the error table and the actual value as message. */
export interface NativeSegmenter {
  /** Resolves once the model is loaded. */
  ready(): Promise<Readiness>;
  /**
   * @param data the picture; like the mask and the report it is used in place and must stay unchanged until the end
   * @param encoding index in RAW_ENCODINGS
   * @param geometry as `geometryNumbers` writes it
   * @param mask `[height, width]`, written in full
   * @param report `REPORT_TIMINGS + classCount * REPORT_PER_CLASS` numbers, written in full
   * @param runLengths `RUN_LENGTH_BYTES_PER_PX` bytes per px or more for the mask's run lengths (`rle8` of
   *   docs/wire-format.md); left out, there are none
   * @param goesOn whether the frame follows on the one before; only with `temporal`
   * @returns how many bytes of `runLengths` were written
   */
  segment(
    data: Uint8Array,
    width: number,
    height: number,
    step: number,
    encoding: number,
    geometry: Float64Array,
    mask: Uint8Array,
    report: Float64Array,
    runLengths: Uint8Array | undefined,
    goesOn: boolean,
  ): Promise<number>;
  /**
   * As `segment`, from a JPEG file. It must be plain, see `isPlainJpeg`, and the library opened.
   * @param width,height of the picture by its sender's word; another one in the file is refused
   */
  segmentJpeg(
    file: Uint8Array,
    width: number,
    height: number,
    geometry: Float64Array,
    mask: Uint8Array,
    report: Float64Array,
    runLengths: Uint8Array | undefined,
    goesOn: boolean,
  ): Promise<number>;
  /** Finishes what is in flight. */
  close(): Promise<void>;
}

/** What a library of onnxruntime and its plugins offer on this machine. */
export interface OrtReport {
  /** The release of onnxruntime. */
  readonly release: string;
  /**
   * Providers that the library was built to use, by onnxruntime's names. Those of CUDA and TensorRT also need files of
   * their own beside the library.
   */
  readonly providers: readonly string[];
  /** What providers have found to run on. Built-in GPU providers list nothing here; plugins do. */
  readonly devices: readonly OrtDevice[];
}

export interface OrtDevice {
  /** onnxruntime's name of the provider: `WebGpuExecutionProvider`, ... */
  readonly provider: string;
  readonly providerVendor: string;
  readonly type: "cpu" | "gpu" | "npu";
  readonly vendor: string;
  /** PCI ids where the device has them. */
  readonly vendorId: number;
  readonly deviceId: number;
}

interface Addon {
  readonly Segmenter: new (options: SegmenterOptions) => NativeSegmenter;
  /** Rejects with an error that has a `code` of the error table and the actual value as message. */
  readonly inspectOrt: (
    library: string,
    pluginLibraries: readonly string[],
    allowSoftwareAdapter: boolean,
  ) => Promise<OrtReport>;
  /** @returns the file that the loader took; throws with the reason where there is none */
  readonly openTurbojpeg: (library: string) => string;
}

/** The package's folder: it lies three levels above this file in the sources and in the build. */
const PACKAGE_ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const require = createRequire(import.meta.url);

/**
 * Loads the addon: one built on this machine, else one that came with the package.
 * @throws MavsegError `ENGINE_UNAVAILABLE` with the folder looked in and the reason
 */
export function loadAddon(): Addon {
  try {
    const load = require("node-gyp-build") as (folder: string) => Addon;
    return load(PACKAGE_ROOT);
  } catch (cause) {
    // Some reasons list every file that was looked for; the first line says it all.
    const [reason] = (cause as Error).message.split("\n");
    throw new MavsegError("ENGINE_UNAVAILABLE", {
      expected: `a build of the native engine for ${process.platform}-${process.arch} in ${PACKAGE_ROOT}`,
      actual: reason ?? "no reason",
      cause,
    });
  }
}
