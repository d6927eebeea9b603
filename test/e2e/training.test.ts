import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  watch,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/training/checkpoint.js";
import { RunFolder } from "../../src/training/run-folder.js";
import { writeDiscs } from "../dataset/tiny-dataset.js";
import { lastJson, mavseg, type Outcome, type Running } from "./processes.js";

/**
 * One thread: sums are then made in one order, so that two trainings agree bit for bit, whatever the machine. (The
 * processes that the tests start inherit it.)
 */
const ONE_THREAD = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1", OMP_NUM_THREADS: "1" };

/** 8 frames in batches of 2 are 4 steps an epoch. The batch statistics of so small maps scatter: half of it is not enough. */
const EPOCHS = 120;
const STEPS = 4 * EPOCHS;

let dir: string;
let data: string;
beforeAll(async () => {
  Object.assign(process.env, ONE_THREAD);
  dir = await mkdtemp(path.join(tmpdir(), "mavseg-training-"));
  data = path.join(dir, "data");
  await writeDiscs(data, 8, 4);
});
afterAll(() => rm(dir, { recursive: true }));

const SMALL = ["--net", "tied", "--net-option", "widths=8,8", "--crop", "48x32", "--batch", "2"];

function begin(from: string, out: string, ...more: string[]): Running {
  return mavseg(
    "train",
    "--data",
    from,
    "--out",
    out,
    ...SMALL,
    "--epochs",
    String(EPOCHS),
    "--json",
    ...more,
  );
}

/** Resolves when the run has logged a step, rejects when its process ends before. */
async function logged(run: RunFolder, step: number, running: Running): Promise<void> {
  const ended = new AbortController();
  running.ended().then(({ stderr }) => ended.abort(new Error(`it ended before step ${step}:\n${stderr}`)));
  for await (const _ of watch(run.dir, { signal: ended.signal })) {
    if ((await run.readLog()).some((entry) => entry.step >= step)) return;
  }
}

/** Everything of a run that its future depends on. */
async function stateOf(file: string) {
  const { step, weights, average, adam } = (await loadCheckpoint(file)).checkpoint;
  return { step, weights, average, adam };
}

describe("a training", () => {
  let run: RunFolder;
  let outcome: Outcome;
  beforeAll(async () => {
    run = new RunFolder(path.join(dir, "whole"));
    outcome = await begin(data, run.dir).ended();
  });

  test("ends by itself, with a summary as the only line of stdout", () => {
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stdout.trim().split("\n")).toHaveLength(1);
    expect(lastJson(outcome.stdout)).toMatchObject({ steps: STEPS, interrupted: false });
  });

  test("learns what the discs look like", () => {
    expect(lastJson(outcome.stdout).bestIoU).toBeGreaterThan(0.5);
  });

  test("leaves a folder with its description, checkpoints, log and curves", async () => {
    expect((await readdir(run.dir)).sort()).toEqual([
      "best.ckpt",
      "curves.html",
      "last.ckpt",
      "log.jsonl",
      "run.json",
    ]);
    const steps = (await run.readLog()).filter(({ type }) => type === "steps").map(({ step }) => step);
    expect(steps).toEqual([50, 100, 150, 200, 250, 300, 350, 400, 450]);
    expect(await readFile(run.curvesPage, "utf8")).toContain("tied on discs");
  });

  test("is not written over by a new one", async () => {
    const before = await stateOf(run.lastCheckpoint);
    const { code, stderr, stdout } = await begin(data, run.dir).ended();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("error USAGE");
    expect(stderr).toContain("--resume");
    expect(await stateOf(run.lastCheckpoint)).toEqual(before);
  });

  test("teaches another net", async () => {
    const small = new RunFolder(path.join(dir, "small"));
    const teaching = ["--net", "tied", "--net-option", "widths=4,4", "--net-option", "untie=decoder"];
    const sizes = ["--crop", "48x32", "--batch", "2", "--epochs", "25"];
    const args = ["--data", data, "--out", small.dir, ...teaching, ...sizes, "--teacher", run.dir];
    const taught = await mavseg("train", ...args, "--teacher-weight", "0.5", "--json").ended();
    expect(taught.code, taught.stderr).toBe(0);
    expect((await small.readInfo()).options.teacher).toEqual({ run: run.dir, weight: 0.5 });
    const parts = (await small.readLog()).flatMap((entry) =>
      entry.type === "steps" ? [entry.distillation!] : [],
    );
    expect(parts).toHaveLength(2);
    expect(parts[0]).toBeGreaterThan(parts[1]!);
    expect(parts[1]).toBeGreaterThan(0);
    const orphan = mavseg("train", ...args.slice(0, -2), "--out", path.join(dir, "orphan"), "--teacher", dir);
    const { code, stderr } = await orphan.ended();
    expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining("RUN_INVALID")]);
    expect(code).not.toBe(0);
  });

  describe("stopped three times", () => {
    const stages: { outcome: Outcome; step: number }[] = [];
    let resumed: RunFolder;

    /** Starts a part of the training, ends it by a signal once a step was logged, and looks at what is left. */
    async function part(running: Running, until: number, signal: NodeJS.Signals): Promise<void> {
      await logged(resumed, until, running);
      running.kill(signal);
      const ended = await running.ended();
      await resumed.readInfo();
      stages.push({ outcome: ended, step: (await loadCheckpoint(resumed.lastCheckpoint)).checkpoint.step });
    }

    beforeAll(async () => {
      resumed = new RunFolder(path.join(dir, "stopped"));
      await mkdir(resumed.dir);
      const [before, after] = [path.join(dir, "before"), path.join(dir, "after")];
      await cp(data, before, { recursive: true });
      await part(begin(before, resumed.dir), 50, "SIGKILL");
      // The data moves, and the crash has cut off a line of the log.
      await rename(before, after);
      await appendFile(path.join(resumed.dir, "log.jsonl"), '{"type":"steps","st');
      const resume = () => mavseg("train", "--out", resumed.dir, "--resume", "--data", after, "--json");
      await part(resume(), 100, "SIGINT");
      await part(resume(), 150, "SIGKILL");
      const ended = await resume().ended();
      stages.push({ outcome: ended, step: (await loadCheckpoint(resumed.lastCheckpoint)).checkpoint.step });
    });

    test("keeps a run to go on from, even when it was killed before its first checkpoint", () => {
      expect(stages[0]).toMatchObject({ outcome: { code: null }, step: 0 });
    });

    test("by SIGINT tells how to go on, and loses nothing", () => {
      const { outcome: stopped, step } = stages[1]!;
      expect(stopped.code, stopped.stderr).toBe(0);
      expect(lastJson(stopped.stdout)).toMatchObject({ interrupted: true, steps: step });
      expect(step).toBeGreaterThanOrEqual(100);
      expect(step).toBeLessThan(STEPS);
    });

    test("by SIGKILL goes on from its last checkpoint", () => {
      expect(stages[2]).toMatchObject({ outcome: { code: null }, step: stages[1]!.step });
    });

    test("ends with the very weights of one that was never stopped", async () => {
      expect(stages[3]?.outcome.code, stages[3]?.outcome.stderr).toBe(0);
      expect(await stateOf(resumed.lastCheckpoint)).toEqual(await stateOf(run.lastCheckpoint));
    });

    test("has logged every step once", async () => {
      const steps = (await resumed.readLog()).filter(({ type }) => type === "steps").map(({ step }) => step);
      expect(steps).toEqual([50, 100, 150, 200, 250, 300, 350, 400, 450]);
    });
  });

  describe("exported", () => {
    let model: string;
    let exported: Outcome;
    beforeAll(async () => {
      model = path.join(dir, "discs.onnx");
      exported = await mavseg("export", "--run", run.dir, "--out", model, "--json").ended();
    });

    test("computes what was trained", () => {
      expect(exported.code, exported.stderr).toBe(0);
      const { difference } = lastJson(exported.stdout) as { difference: Record<string, number> };
      expect(difference.images).toBe(4);
      expect(difference.largestLogitDifference).toBeLessThan(1e-3);
      expect(difference.equalMaskShare).toBeGreaterThanOrEqual(0.999);
    });

    test("is a file that describe reads", async () => {
      const { code, stdout } = await mavseg("describe", "--model", model, "--json").ended();
      expect(code).toBe(0);
      const described = lastJson(stdout) as { sha256: string; parameters: { name: string; uses: number }[] };
      expect(described).toMatchObject({ model: "tied-discs", sha256: lastJson(exported.stdout).sha256 });
      expect(
        described.parameters.find(({ name }) => name.endsWith("depthwise.kernel"))?.uses,
      ).toBeGreaterThan(1);
    });

    /** IoU of the discs on val. */
    async function scoreOf(file: string): Promise<number> {
      const args = ["--model", file, "--data", data, "--split", "val", "--json"];
      const { code, stdout, stderr } = await mavseg("eval", ...args).ended();
      expect(code, stderr).toBe(0);
      return (lastJson(stdout).iou as Record<string, number>).disc!;
    }

    test("scores what the validation of its checkpoint said, calibrated and as it was trained", async () => {
      const raw = path.join(dir, "raw.onnx");
      const { code } = await mavseg("export", "--run", run.dir, "--out", raw, "--no-calibrate").ended();
      expect(code).toBe(0);
      const { checkpoint } = await loadCheckpoint(run.bestCheckpoint);
      const validation = (await run.readLog()).findLast(
        (entry) => entry.type === "validation" && entry.step === checkpoint.step,
      );
      if (validation?.type !== "validation") throw new Error("the best checkpoint was never validated");
      expect(await scoreOf(raw)).toBeCloseTo(validation.iou.disc!, 3);
      expect(checkpoint.bestIoU).toBe(validation.calibratedIoU);
      const { calibration } = lastJson(exported.stdout) as { calibration: { iouAfter: number } };
      expect(calibration.iouAfter).toBeGreaterThan(validation.iou.disc! - 0.005);
      // Calibrated on half of the rows and columns.
      expect(Math.abs((await scoreOf(model)) - calibration.iouAfter)).toBeLessThan(0.02);
    });
  });

  test("whose checkpoint is damaged is not exported, and nothing is written", async () => {
    const damaged = path.join(dir, "damaged");
    await cp(run.dir, damaged, { recursive: true });
    const bytes = await readFile(run.bestCheckpoint);
    await writeFile(path.join(damaged, "best.ckpt"), bytes.subarray(0, bytes.length - 100));
    const out = path.join(dir, "damaged.onnx");
    const { code, stderr } = await mavseg("export", "--run", damaged, "--out", out).ended();
    expect(code).toBe(2);
    expect(stderr).toContain("error RUN_INVALID");
    expect(stderr).toContain(path.join(damaged, "best.ckpt"));
    expect(await readdir(dir)).not.toContain("damaged.onnx");
  });
});

describe("faulty data ends with exit code 2, names the file and begins no run:", () => {
  test.each<[string, string, string, (file: string) => Promise<unknown>]>([
    ["a missing label", "train/labels/3.png", "train/images/3.png has no label", (file) => rm(file)],
    [
      "a picture that was cut off",
      "val/images/2.png",
      "val/images/2.png",
      (file) => writeFile(file, "\x89PNG"),
    ],
  ])("%s", async (name, file, told, spoil) => {
    const faulty = path.join(dir, name.replaceAll(" ", "-"));
    await cp(data, faulty, { recursive: true });
    await spoil(path.join(faulty, file));
    const out = path.join(dir, "never");
    const { code, stderr, stdout } = await begin(faulty, out).ended();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("error DATASET_INVALID");
    expect(stderr).toContain(path.join(faulty, told));
    expect(await readdir(dir)).not.toContain("never");
  });
});
