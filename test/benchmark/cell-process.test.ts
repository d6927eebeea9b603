import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { CellProcess } from "../../src/benchmark/cell/cell-process.js";
import type { Cell } from "../../src/benchmark/cell.js";
import { writeTinyModel } from "../e2e/tiny-model.js";

let model: string;
beforeAll(async () => {
  model = await writeTinyModel();
});
afterAll(() => rm(path.dirname(model), { recursive: true }));

const cell = (over: Partial<Cell> = {}): Cell => ({
  model,
  manifest: null,
  engine: "reference",
  executionProvider: "cpu",
  threads: 1,
  size: { width: 16, height: 8 },
  encoding: "mono8",
  ...over,
});

function start() {
  const process = new CellProcess({ note: () => {} });
  onTestFinished(() => process.close());
  return {
    process,
    open: (over: Partial<Cell> = {}) =>
      process.ask("open", { cell: cell(over), images: null, engineOptions: {} }),
  };
}

describe("a cell's process", () => {
  test("opens a model and measures turns of it", async () => {
    const { process, open } = start();
    expect(await open()).toMatchObject({
      isAnswer: true,
      value: { model: { name: "bright" }, engine: "reference", threads: 1, frameBytes: 4 * 16 * 8 },
    });
    const turn = await process.ask("measure", { runs: 5, limitMs: 60_000 });
    if (!turn.isAnswer) throw new Error(turn.failure.reason);
    const { totalMs, stagesMs, wallMs, rssBytes } = turn.value;
    expect(totalMs).toHaveLength(5);
    expect(totalMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(wallMs);
    expect(rssBytes).toBeGreaterThan(0);
    const stages = [
      stagesMs.decode,
      stagesMs.preprocess,
      stagesMs.infer,
      stagesMs.postprocess,
      stagesMs.handOver,
    ];
    // What the stages leave of a call is the hand-over: together they are the call.
    totalMs.forEach((ms, call) => {
      expect(stages.reduce((sum, stage) => sum + stage[call]!, 0)).toBeCloseTo(ms, 9);
    });
  });

  test("ends a turn when its time is over, though not before the second call", async () => {
    const { process, open } = start();
    await open();
    const turn = await process.ask("measure", { runs: 100, limitMs: 0 });
    expect(turn).toMatchObject({ isAnswer: true, value: { totalMs: { length: 2 } } });
  });

  test("answers with the code of what went wrong, and goes on", async () => {
    const { open } = start();
    expect(await open({ model: "no-such-net" })).toMatchObject({
      isAnswer: false,
      failure: { code: "MODEL_NOT_FOUND" },
    });
    expect(await open()).toMatchObject({ isAnswer: true });
  });

  test("that dies in the middle of a turn says so, then and later", async () => {
    const { process, open } = start();
    await open();
    const turn = process.ask("measure", { runs: 1_000_000, limitMs: 600_000 });
    process.close();
    const failure = { code: null, reason: "its process ended with SIGKILL" };
    expect(await turn).toEqual({ isAnswer: false, failure });
    expect(await process.ask("layers", { runs: 1, roofline: null })).toEqual({ isAnswer: false, failure });
  });
});
