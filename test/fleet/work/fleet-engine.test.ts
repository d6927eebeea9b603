import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RecordingTask } from "../../../src/fleet/task.js";
import { checkEngine, FleetEngine } from "../../../src/fleet/work/fleet-engine.js";
import { loadModel } from "../../../src/model/load-model.js";
import { type TemporalSettings, temporalSettings } from "../../../src/temporal/settings.js";
import { makePlan, planText } from "../../../src/video/job/plan.js";
import { writeTinyModel } from "../../e2e/tiny-model.js";

const RECORDING = { startS: 0, endS: Number.POSITIVE_INFINITY, every: 1, framesPerSecond: 30 };
const OPTIONS = {
  recording: { ...RECORDING, size: undefined, topic: undefined },
  outputs: { masks: [], index: [], overlay: [], mcap: undefined, report: false },
  chunkFrames: 300,
};
const STAMP = { sizeBytes: 1, changedMs: 0 };

let model: string;
let engines: FleetEngine;
beforeAll(async () => {
  model = await writeTinyModel();
  engines = new FleetEngine({ threads: 1 }, path.join(tmpdir(), "none"));
});
afterEach(() => engines.close());
afterAll(() => rm(path.dirname(model), { recursive: true }));

/** A task as it comes out of the queue. */
async function taskWith(temporal?: TemporalSettings): Promise<RecordingTask> {
  const { manifest, sha256: modelSha256 } = await loadModel(model);
  const engine = { name: "reference", executionProvider: "cpu", manifest, modelSha256, temporal };
  const plan = await makePlan({ kind: "video", name: "flight", files: ["/none"] }, engine, OPTIONS, [STAMP]);
  const place = { kind: "path", path: "/none" } as const;
  const task = { name: "flight", kind: "video", input: place, out: place, model, force: false } as const;
  return JSON.parse(
    JSON.stringify({ ...task, manifestFile: undefined, plan: planText(plan) }),
  ) as RecordingTask;
}

describe("a worker's engine", () => {
  test("lets earlier pictures count where the task says so, by the task's settings", async () => {
    const settings = temporalSettings({ keep: 0.3, hysteresis: [1, 2] }, 2);
    const [plain, temporal] = [await taskWith(), await taskWith(settings)];
    expect((await engines.get(plain)).temporal).toBeUndefined();
    expect((await engines.get(temporal)).temporal).toEqual(settings);
    expect((await engines.get(plain)).temporal).toBeUndefined();
  });

  test("is kept from one chunk to the next", async () => {
    const task = await taskWith(temporalSettings(true, 2));
    expect(await engines.get(task)).toBe(await engines.get(task));
  });

  test("does not fit a task by whose settings earlier pictures count otherwise", async () => {
    const temporal = await taskWith(temporalSettings(true, 2));
    const engine = await engines.get(temporal);
    expect(() => checkEngine(engine, temporal)).not.toThrow();
    for (const other of [await taskWith(), await taskWith(temporalSettings({ keep: 0.5 }, 2))]) {
      expect(() => checkEngine(engine, other)).toThrow(
        expect.objectContaining({ code: "FLEET_MISMATCH", actual: expect.stringContaining('"keep":0.6') }),
      );
    }
  });
});
