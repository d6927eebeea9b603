import type { Frame } from "../core/frame.js";
import type { Mask } from "../core/mask.js";
import type { ModelManifest } from "../model/manifest.js";
import type { TemporalSettings } from "../temporal/settings.js";
import type { KernelsInUse } from "./kernels.js";

/** What every engine is: a model that turns frames into masks. */
export interface Engine extends KernelsInUse {
  /** `reference` or `native`. */
  readonly name: string;
  /** The execution provider in use: `cpu`, `webgpu`, ... Changes when one breaks and another goes on. */
  readonly executionProvider: string;
  /** How often a provider broke while running and another went on; absent where none stands behind it. */
  readonly providerFallbacks?: number;
  readonly manifest: ModelManifest;
  /** SHA-256 of the model file, lower-case hex. */
  readonly modelSha256: string;
  /** How earlier frames count; absent where each mask is of its frame alone. */
  readonly temporal?: TemporalSettings | undefined;
  /**
   * Runs the net on one frame without blocking the JS thread; calls may overlap and are answered in order.
   * `timing.wait` is left 0: only the pipeline knows when a frame arrived.
   * @throws MavsegError `FRAME_INVALID`, `FRAME_UNDECODABLE`
   */
  segment(frame: Frame): Promise<Mask>;
  /** Earlier frames count no more for the frame of the next call of `segment`. Absent where they never do. */
  forget?(): void;
  close(): Promise<void>;
}
