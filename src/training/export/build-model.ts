import { createHash } from "node:crypto";
import path from "node:path";
import { MavsegError } from "../../errors.js";
import type { LoadedModel } from "../../model/load-model.js";
import type { ModelManifest } from "../../model/manifest.js";
import { encodeModel } from "../../model/onnx-proto.js";
import type { Net } from "../../nets/net.js";
import { ONNX_INPUT, ONNX_OUTPUT, type Precision, writeNet } from "../../onnx/write-net.js";
import type { Calibration } from "../calibration/calibrate.js";
import type { LoadedCheckpoint } from "../checkpoint.js";
import type { LogEntry, RunInfo } from "../run-folder.js";

/** A byte's largest value: nets see px in 0..1. */
const PIXEL_SCALE = 1 / 255;

/** The checkpoint with a number added to each class's logit. */
export function withClassBiases(loaded: LoadedCheckpoint, biases: readonly number[]): LoadedCheckpoint {
  const { net, layout, checkpoint } = loaded;
  const classifier = net.nodes.find(({ name }) => name === net.output);
  if (classifier?.op !== "conv" || classifier.bias === undefined) {
    throw new MavsegError("RUN_INVALID", {
      expected: "a net that ends with a convolution with a bias",
      actual: `${net.name}, which ends with ${classifier?.op ?? "nothing"}`,
    });
  }
  const { average } = checkpoint;
  const shifted = { ...average, trainable: average.trainable.slice() };
  const bias = layout.byName(shifted).get(classifier.bias)!;
  for (const [id, value] of biases.entries()) bias[id]! += value;
  return { ...loaded, checkpoint: { ...checkpoint, average: shifted } };
}

/**
 * A run's checkpoint as a model in memory, as `loadModel` would read it from a file.
 * @param calibration what was done to the checkpoint's biases, for the record
 * @param precision of the file
 */
export function buildModel(
  name: string,
  loaded: LoadedCheckpoint,
  info: RunInfo,
  log: readonly LogEntry[],
  calibration: Calibration | null = null,
  precision: Precision = "float32",
): LoadedModel {
  const manifest = manifestOfRun(name, loaded, info, log, calibration, precision);
  const values = loaded.layout.byName(loaded.checkpoint.average);
  const bytes = encodeModel(writeNet(loaded.net, values, manifest, info.versions.mavseg ?? "", precision));
  return {
    path: `${name}.onnx`,
    bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    hasExternalWeights: false,
    manifest,
  };
}

function manifestOfRun(
  name: string,
  { net, checkpoint }: LoadedCheckpoint,
  info: RunInfo,
  log: readonly LogEntry[],
  calibration: Calibration | null,
  precision: Precision,
): ModelManifest {
  const { normalisation, dataset } = info;
  return {
    version: 1,
    name,
    classes: dataset.classes,
    ignoreIndex: dataset.ignoreIndex,
    input: inputOf(net, normalisation, precision),
    output: {
      name: ONNX_OUTPUT,
      kind: "logits",
      layout: "NCHW",
      stride: net.outputStride,
      ...(calibration?.confirmAt.some((lead) => lead > 0) && { confirmAt: [...calibration.confirmAt] }),
    },
    training: {
      net: { name: net.name, ...net.options },
      dataset: { name: dataset.name, trainFrames: dataset.trainFrames, sha256: dataset.sha256 },
      options: withoutPaths(info),
      steps: checkpoint.step,
      minutes: Math.round(checkpoint.elapsedMs / 6000) / 10,
      versions: info.versions,
      ...(calibration !== null && { calibration }),
    },
    metrics: validationOf(checkpoint.step, dataset.valFrames, log),
  };
}

function inputOf(
  net: Net,
  normalisation: RunInfo["normalisation"],
  precision: Precision,
): ModelManifest["input"] {
  return {
    name: ONNX_INPUT,
    layout: "NCHW",
    dtype: precision,
    colour: normalisation.colour,
    scale: PIXEL_SCALE,
    mean: normalisation.mean,
    std: normalisation.std,
    resize: "none",
    size: null,
    multipleOf: net.multipleOf,
  };
}

/** Where the data lay on the trainer's machine is nobody's business. */
function withoutPaths({ options }: RunInfo): Record<string, unknown> {
  const { data: _data, netOptions: _netOptions, net: _net, teacher, ...rest } = options;
  return { ...rest, ...(teacher !== null && { teacher: { ...teacher, run: path.basename(teacher.run) } }) };
}

function validationOf(step: number, valFrames: number, log: readonly LogEntry[]): Record<string, unknown> {
  const entry = log.findLast((candidate) => candidate.type === "validation" && candidate.step === step);
  if (entry?.type !== "validation") return {};
  return { split: "val", frames: valFrames, iou: entry.iou, foregroundIoU: entry.foregroundIoU };
}
