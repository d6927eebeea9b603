import { existsSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { MavsegError } from "../errors.js";
import { NET_NAMES, parseNetOptions } from "../nets/create-net.js";
import { DEFAULT_AUGMENTATION, type TrainingOptions, trainingOptionsSchema } from "../training/options.js";
import {
  checkNetOptions,
  checkSameData,
  classWeightsFor,
  describeRun,
  type PreparedData,
  prepareData,
} from "../training/prepare.js";
import { RunFolder, type RunInfo } from "../training/run-folder.js";
import { loadTensorFlow } from "../training/tensorflow/load.js";
import { type TrainingState, type TrainingSummary, train } from "../training/train.js";
import { formatDuration, Progress } from "./progress.js";
import { VERSION } from "./version.js";

interface TrainFlags {
  readonly data: string;
  readonly net: string;
  readonly netOption: string[];
  readonly out: string;
  readonly resume: boolean;
  readonly minutes?: string;
  readonly epochs?: string;
  readonly batch: string;
  readonly crop: string;
  readonly colour: "auto" | "grey" | "rgb";
  readonly learningRate: string;
  readonly finalRate: string;
  readonly averageDecay: string;
  readonly threads: string;
  readonly frozenNorms?: string;
  readonly classWeights?: string;
  readonly dice: string;
  readonly ignoredAs?: string;
  readonly teacher?: string;
  readonly teacherWeight: string;
  readonly augment: string[];
  readonly seed: string;
  readonly json: boolean;
}

const EXAMPLES = `
Examples:
  $ mavseg train --data flights --net tied-m --out runs/first --minutes 60
  $ mavseg train --data flights --net tied --net-option widths=16,32,48 --net-option tie=none --out runs/wide --epochs 100
  $ mavseg train --data flights --net tied-s --teacher runs/first --out runs/small
  $ mavseg train --out runs/first --resume

The data set is a folder with dataset.json, {train,val}/images and {train,val}/labels; docs/training.md describes it.
The run's folder gets run.json, last.ckpt, best.ckpt, log.jsonl and curves.html.`;

/** One norm for several uses has statistics that fit none of them, until the weights have learnt to live with them. */
const TIED_NORMS_FROZEN = 0.25;

const collect = (value: string, before: string[]): string[] => [...before, value];

export function createCommand(): Command {
  return new Command("train")
    .description("learn a net from labelled frames")
    .option("--data <dir>", "labelled data set; with --resume only where it has moved", "")
    .option("--net <name>", `net to train: ${NET_NAMES.join(", ")}`, "tied-m")
    .option("--net-option <key=value>", "change an option of the tied family (repeatable)", collect, [])
    .requiredOption("--out <dir>", "folder of the run")
    .option("--resume", "go on from the run's last checkpoint, with the run's own options", false)
    .option("--minutes <n>", "train that long (default 60, if --epochs is not given)")
    .option("--epochs <n>", "train that many times over all frames instead")
    .option("--batch <n>", "crops per step", "4")
    .option("--crop <WxH>", "size of a crop in px", "640x512")
    .option("--colour <grey|rgb|auto>", "channels of the net's input; auto looks at the pictures", "auto")
    .option("--learning-rate <x>", "highest learning rate", "0.012")
    .option("--final-rate <share>", "learning rate at the end, as a share of the highest", "0.01")
    .option("--average-decay <x>", "what the moving average of the weights keeps per step", "0.998")
    .option(
      "--frozen-norms <share>",
      "last part of the training, with frozen norm statistics (default: 0, or 0.25 where norms are tied)",
    )
    .option("--class-weights <list>", "focal loss weights, background first (default: by rarity, 1 to 10)")
    .option("--ignored-as <id>", "train px with the ignore label as this class instead of leaving them out")
    .option("--teacher <run>", "learn from the answers of a trained net too: the folder of its run")
    .option("--teacher-weight <x>", "weight of the teacher's answers beside the focal loss", "1")
    .option("--dice <weight>", "weight of the Dice loss beside the focal loss", "1")
    .option(
      "--augment <key=value>",
      `change an augmentation (repeatable): ${Object.keys(DEFAULT_AUGMENTATION).join(", ")}`,
      collect,
      [],
    )
    .option("--seed <n>", "seed of weights and samples", "1")
    .option("--threads <n>", "threads per operation; nets of the tied family are fastest with one", "1")
    .option("--json", "print the summary as JSON", false)
    .addHelpText("after", EXAMPLES)
    .action(async (flags: TrainFlags) => {
      const summary = await runTraining(flags);
      printSummary(flags, summary);
    });
}

async function runTraining(flags: TrainFlags): Promise<TrainingSummary> {
  // Before anything else: a missing TensorFlow must not be found after minutes of reading.
  await loadTensorFlow(readThreads(flags.threads));
  const folder = new RunFolder(flags.out);
  const { info, data } = flags.resume ? await reopen(flags, folder) : await begin(flags, folder);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const progress = new Progress(info.options.net);
  try {
    return await train(folder, info, data, flags.resume, {
      signal: abort.signal,
      onState: (state) => progress.update(state.progress, describeState(state)),
    });
  } finally {
    progress.done();
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

function readThreads(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new MavsegError("USAGE", { expected: "--threads with a whole number from 1", actual: text });
}

async function reopen(flags: TrainFlags, folder: RunFolder): Promise<{ info: RunInfo; data: PreparedData }> {
  const info = await folder.readInfo();
  // The data may have moved since; that it is the same data is checked.
  const data = await checkData(flags.data === "" ? info.options.data : flags.data);
  await checkSameData(info, data);
  return { info, data };
}

async function begin(flags: TrainFlags, folder: RunFolder): Promise<{ info: RunInfo; data: PreparedData }> {
  if (flags.data === "") throw new MavsegError("USAGE", { expected: "--data with a folder", actual: "none" });
  if (existsSync(folder.lastCheckpoint)) {
    throw new MavsegError("USAGE", {
      expected: "an empty folder for a new run",
      actual: `a run in ${folder.dir}`,
      hint: "Go on with --resume, or give another --out.",
    });
  }
  const options = readOptions(flags);
  checkNetOptions(options);
  const data = await checkData(options.data);
  const info = await describeRun(withClassWeights(options, data), data, {
    mavseg: VERSION,
    node: process.version,
  });
  await folder.create(info);
  return { info, data };
}

async function checkData(dir: string): Promise<PreparedData> {
  const progress = new Progress("checking data");
  try {
    return await prepareData(dir, (done, total) =>
      progress.update(done / total, `${done} of ${total} frames`),
    );
  } finally {
    progress.done();
  }
}

function readOptions(flags: TrainFlags): TrainingOptions {
  const [width, height] = flags.crop.split("x").map(Number);
  const netOptions = parseNetOptions(flags.netOption);
  const wanted: Record<keyof TrainingOptions, unknown> = {
    // Absolute, so that the run can be resumed from another folder.
    data: path.resolve(flags.data),
    net: flags.net,
    netOptions,
    seed: Number(flags.seed),
    minutes: flags.epochs === undefined ? Number(flags.minutes ?? 60) : null,
    epochs: flags.epochs === undefined ? null : Number(flags.epochs),
    batch: Number(flags.batch),
    crop: { width, height },
    colour: flags.colour,
    learningRate: Number(flags.learningRate),
    finalRate: Number(flags.finalRate),
    warmUp: 0.02,
    frozenNorms: Number(flags.frozenNorms ?? (netOptions.norms === "tied" ? TIED_NORMS_FROZEN : 0)),
    classWeights: flags.classWeights === undefined ? [] : flags.classWeights.split(",").map(Number),
    ignoredAs: flags.ignoredAs === undefined ? null : Number(flags.ignoredAs),
    focalGamma: 2,
    diceWeight: Number(flags.dice),
    averageDecay: Number(flags.averageDecay),
    teacher:
      flags.teacher === undefined
        ? null
        : { run: path.resolve(flags.teacher), weight: Number(flags.teacherWeight) },
    augmentation: { ...DEFAULT_AUGMENTATION, ...readAugmentation(flags.augment) },
  };
  const parsed = trainingOptionsSchema.safeParse(wanted);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new MavsegError("USAGE", {
      expected: "usable training options",
      actual: `${issue.path.join(".")}: ${issue.message}`,
    });
  }
  return parsed.data;
}

/** Weights that were not given come from how rare the classes are. */
function withClassWeights(options: TrainingOptions, { dataset, statistics }: PreparedData): TrainingOptions {
  const { classWeights } = options;
  if (classWeights.length === 0) return { ...options, classWeights: classWeightsFor(statistics.classPixels) };
  if (classWeights.length !== dataset.classes.length) {
    throw new MavsegError("USAGE", {
      expected: `${dataset.classes.length} class weights`,
      actual: String(classWeights.length),
    });
  }
  return options;
}

function readAugmentation(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, value] = pair.split("=");
      if (key === undefined || value === undefined || !(key in DEFAULT_AUGMENTATION)) {
        throw new MavsegError("USAGE", {
          expected: `--augment key=value with a key of ${Object.keys(DEFAULT_AUGMENTATION).join(", ")}`,
          actual: pair,
        });
      }
      return [key, value === "true" ? true : value === "false" ? false : Number(value)];
    }),
  );
}

function describeState(state: TrainingState): string {
  if (state.phase === "reading") return `reading frames, ${state.done} done`;
  if (state.phase === "validating") return `validating, ${state.done} frames`;
  const best = state.bestIoU >= 0 ? `best IoU ${(state.bestIoU * 100).toFixed(2)} %` : "not validated yet";
  const left = formatDuration(state.remainingMs);
  return `step ${state.done}, loss ${state.loss.toFixed(4)}, ${best}, ${state.imagesPerSecond.toFixed(1)} images/s, ${left} left`;
}

function printSummary(flags: TrainFlags, summary: TrainingSummary): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  } else if (summary.interrupted) {
    process.stdout.write(
      `Stopped after ${summary.steps} steps. Go on with: mavseg train --out ${flags.out} --resume\n`,
    );
  } else {
    const classes = Object.entries(summary.lastIoU).map(
      ([name, iou]) => `${name} ${iou === null ? "absent" : `${(iou * 100).toFixed(2)} %`}`,
    );
    process.stdout.write(
      `${summary.steps} steps in ${formatDuration(summary.elapsedMs)}. IoU at the end: ${classes.join(", ")}.\n` +
        `Best mean IoU of the classes: ${(summary.bestIoU * 100).toFixed(2)} %, calibrated. Curves: ${flags.out}/curves.html\n` +
        `Next: mavseg export --run ${flags.out} --out model.onnx\n`,
    );
  }
}
