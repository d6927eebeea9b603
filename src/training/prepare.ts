import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import { checkSplit, type SplitStatistics } from "../dataset/check-split.js";
import { type Dataset, openDataset } from "../dataset/dataset.js";
import { type LabelledFrame, listSplit } from "../dataset/split.js";
import { MavsegError } from "../errors.js";
import { createNet } from "../nets/create-net.js";
import { surveyPictures } from "./data/survey.js";
import type { TrainingOptions } from "./options.js";
import type { RunInfo } from "./run-folder.js";

/** Labelled data that was found fit to train on. */
export interface PreparedData {
  readonly dataset: Dataset;
  readonly train: readonly LabelledFrame[];
  readonly val: readonly LabelledFrame[];
  readonly statistics: SplitStatistics;
}

/**
 * Opens and checks both splits, in full, before anything is trained.
 * @param onProgress called with done and total frames
 */
export async function prepareData(
  dir: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<PreparedData> {
  const dataset = await openDataset(dir);
  const train = await listSplit(dataset, "train");
  const val = await listSplit(dataset, "val");
  const total = train.length + val.length;
  const statistics = await checkSplit(dataset, train, (done) => onProgress(done, total));
  await checkSplit(dataset, val, (done) => onProgress(train.length + done, total));
  return { dataset, train, val, statistics };
}

/**
 * Finds what the net would only fail on after the data was read.
 * @throws MavsegError `USAGE` for a net or an option that there is not, and for a crop that the net cannot take
 */
export function checkNetOptions({ net, netOptions, crop }: TrainingOptions): void {
  const { multipleOf } = createNet(net, 1, 2, netOptions);
  if (crop.width % multipleOf !== 0 || crop.height % multipleOf !== 0) {
    throw new MavsegError("USAGE", {
      expected: `a crop whose sides are multiples of ${multipleOf} px for ${net}`,
      actual: `${crop.width}x${crop.height}`,
    });
  }
}

/**
 * A training goes on as if it had never stopped only on the data that it began with.
 * @throws MavsegError `RUN_INVALID`
 */
export async function checkSameData(info: RunInfo, { dataset, train }: PreparedData): Promise<void> {
  const sha256 = await hashOfFiles(dataset, train);
  if (sha256 === info.dataset.sha256) return;
  throw new MavsegError("RUN_INVALID", {
    expected: `the ${info.dataset.trainFrames} training frames of ${info.dataset.name} that the run began with`,
    actual: `${train.length} frames in ${dataset.dir}, or files of other names or sizes, or another dataset.json`,
    hint: "Bring the old data back, or train a new run on the new data.",
  });
}

/** No class gets more weight: beyond it, single px rule the gradient. */
const MOST_CLASS_WEIGHT = 10;

/**
 * Weights for the focal loss by how rare a class is: the cube root of background px per px of the class, 1 to 10.
 * For a drone of 0.35 % of the px that is 7. MAVNet's authors took 20; with 15 nets saw drones in bags and chairs, and
 * were best with 1.5 to 2.3 taken off the drone's logit afterwards.
 */
export function classWeightsFor(classPixels: readonly number[]): number[] {
  const background = Math.max(classPixels[0]!, 1);
  return classPixels.map((pixels, id) => {
    if (id === 0) return 1;
    const rarity = Math.cbrt(background / Math.max(pixels, 1));
    return Math.round(Math.min(Math.max(rarity, 1), MOST_CLASS_WEIGHT) * 100) / 100;
  });
}

/** Everything that run.json says. */
export async function describeRun(
  options: TrainingOptions,
  { dataset, train, val }: PreparedData,
  versions: Readonly<Record<string, string>>,
): Promise<RunInfo> {
  return {
    version: 1,
    options,
    dataset: {
      name: dataset.name,
      classes: dataset.classes.map((entry) => ({ ...entry })),
      ignoreIndex: dataset.ignoreIndex,
      trainFrames: train.length,
      valFrames: val.length,
      sha256: await hashOfFiles(dataset, train),
    },
    normalisation: asMutable(await surveyPictures(train, options.colour)),
    versions: { ...versions },
  };
}

function asMutable(value: Awaited<ReturnType<typeof surveyPictures>>): RunInfo["normalisation"] {
  return { colour: value.colour, mean: [...value.mean], std: [...value.std] };
}

async function hashOfFiles(dataset: Dataset, frames: readonly LabelledFrame[]): Promise<string> {
  const hash = createHash("sha256").update(dataset.source);
  for (const { imagePath, labelPath } of frames) {
    for (const file of [imagePath, labelPath]) {
      hash.update(`${path.basename(file)} ${(await stat(file)).size}\n`);
    }
  }
  return hash.digest("hex");
}
