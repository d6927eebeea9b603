import { writeFileAtomic } from "../../core/atomic-write.js";
import { openDataset } from "../../dataset/dataset.js";
import { listSplit } from "../../dataset/split.js";
import { MavsegError } from "../../errors.js";
import type { Precision } from "../../onnx/write-net.js";
import { type Calibration, calibrate } from "../calibration/calibrate.js";
import { loadCheckpoint } from "../checkpoint.js";
import type { RunFolder } from "../run-folder.js";
import { loadTensorFlow } from "../tensorflow/load.js";
import { createOps } from "../tensorflow/ops.js";
import { buildModel, withClassBiases } from "./build-model.js";
import { compareRuntimes, type RuntimeDifference } from "./compare-runtimes.js";

export interface ExportOptions {
  readonly checkpoint: "best" | "last";
  /** Name in the model's manifest; left out, net and data set. */
  readonly name: string | null;
  /** Labelled frames to compare on, instead of the run's own. */
  readonly data: string | null;
  /** Pictures of the validation split to compare on. */
  readonly images: number;
  /** Choose the classes' biases on the validation split first, see `calibrate`. */
  readonly calibrate: boolean;
  /** Of the file's weights and of what runs between them. */
  readonly precision: Precision;
  readonly onProgress: (what: string, share: number) => void;
}

export interface ExportResult {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly difference: RuntimeDifference;
  /** Null where none was asked for. */
  readonly calibration: Calibration | null;
}

/**
 * Float32 sums in another order differ by 1e-5 to 1e-4 here, half floats by 1e-2 to 1e-1; a wrong kernel or padding by
 * whole units.
 */
export const MOST_LOGIT_DIFFERENCE: Readonly<Record<Precision, number>> = { float32: 1e-3, float16: 0.5 };

/** Px on a boundary may fall either way by such a difference. */
export const LEAST_EQUAL_MASK_SHARE: Readonly<Record<Precision, number>> = { float32: 0.999, float16: 0.995 };

/**
 * Writes a run's net as an ONNX file, after comparing it with what was trained on real pictures.
 * @throws MavsegError `RUN_INVALID`, `TRAINING_NOT_INSTALLED`, `EXPORT_MISMATCH` (then nothing is written),
 *   `OUTPUT_UNWRITABLE`
 */
export async function exportRun(
  folder: RunFolder,
  out: string,
  options: ExportOptions,
): Promise<ExportResult> {
  const info = await folder.readInfo();
  const file = options.checkpoint === "best" ? folder.bestCheckpoint : folder.lastCheckpoint;
  const trained = await loadCheckpoint(file);
  const name = options.name ?? `${info.options.net}-${info.dataset.name}`;

  const tf = await loadTensorFlow();
  const frames = await listSplit(await openDataset(options.data ?? info.options.data), "val");
  const every = Math.max(1, Math.floor(frames.length / options.images));
  const chosen = frames.filter((_, index) => index % every === 0).slice(0, options.images);
  const context = {
    tf,
    ops: createOps(tf),
    net: trained.net,
    layout: trained.layout,
    normalisation: info.normalisation,
    ignoreIndex: info.dataset.ignoreIndex,
  };
  const calibration = options.calibrate
    ? await calibrate(context, trained.checkpoint.average, frames, options.onProgress)
    : null;
  const loaded = calibration === null ? trained : withClassBiases(trained, calibration.biases);
  const model = buildModel(name, loaded, info, await folder.readLog(), calibration, options.precision);
  const difference = await compareRuntimes(context, loaded.checkpoint.average, model, chosen, (done) =>
    options.onProgress(`comparing, ${done} of ${chosen.length} pictures`, done / chosen.length),
  );
  const mostLogitDifference = MOST_LOGIT_DIFFERENCE[options.precision];
  const leastEqualShare = LEAST_EQUAL_MASK_SHARE[options.precision];
  if (
    !(difference.largestLogitDifference <= mostLogitDifference) ||
    !(difference.equalMaskShare >= leastEqualShare)
  ) {
    throw new MavsegError("EXPORT_MISMATCH", {
      expected: `logits within ${mostLogitDifference} and ${leastEqualShare * 100} % of equal px`,
      actual: `${difference.largestLogitDifference} and ${difference.equalMaskShare * 100} %`,
    });
  }
  await writeFileAtomic(out, model.bytes);
  return { name, bytes: model.bytes.length, sha256: model.sha256, difference, calibration };
}
