import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createEngine, type EngineOptions } from "../engine/create-engine.js";
import type { Engine } from "../engine/engine.js";
import { MavsegError } from "../errors.js";
import { makePlan, type Plan, planText } from "../video/job/plan.js";
import { outputNames } from "../video/output/create-outputs.js";
import { type Address, formatAddress, within } from "./address.js";
import type { ManifestEntry } from "./manifest.js";
import { findRecording } from "./storage/find-recording.js";
import { openStore } from "./storage/open-store.js";
import { FINISHED_PLAN, UNFINISHED } from "./storage/result-store.js";
import { type RecordingTask, taskKey } from "./task.js";
import { loadFleetModel } from "./work/fleet-engine.js";

/** What is wanted of all recordings of a batch. */
export interface BatchRequest extends Pick<Plan, "recording" | "outputs" | "chunkFrames"> {
  readonly entries: readonly ManifestEntry[];
  /** Every recording gets a folder of its name in it. */
  readonly out: Address;
  /** Name, path or s3:// address. */
  readonly model: string;
  readonly manifestFile: string | undefined;
  readonly engine: EngineOptions;
  readonly force: boolean;
}

export type PlannedRecording =
  | { readonly state: "wanted"; readonly key: string; readonly task: RecordingTask }
  | { readonly state: "finished"; readonly task: RecordingTask }
  | { readonly state: "failed"; readonly entry: ManifestEntry; readonly error: MavsegError };

/**
 * The engine that all workers have to have: its name and provider decide on bytes, so `auto` is decided here; so do the
 * settings by which earlier pictures count.
 */
type PlannedEngine = Parameters<typeof makePlan>[1];

/**
 * Looks at all recordings, and plans those that can be done. One that is missing, or whose place is taken, is told and left
 * out.
 * @throws MavsegError of the model and of the engine
 */
export async function* planBatch(request: BatchRequest): AsyncGenerator<PlannedRecording> {
  const engine = await planEngine(request);
  for (const entry of request.entries) {
    try {
      yield await planRecording(request, engine, entry);
    } catch (error) {
      if (!(error instanceof MavsegError)) throw error;
      yield { state: "failed", entry, error };
    }
  }
}

async function planEngine({ model, manifestFile, engine: options }: BatchRequest): Promise<PlannedEngine> {
  const scratch = path.join(tmpdir(), `mavseg-batch-${process.pid}`);
  const loaded = await loadFleetModel(model, manifestFile, scratch);
  await rm(scratch, { recursive: true, force: true });
  const engine: Engine = await createEngine(loaded, options);
  const { name, executionProvider, manifest, modelSha256, temporal } = engine;
  await engine.close();
  return { name, executionProvider, manifest, modelSha256, temporal };
}

async function planRecording(
  request: BatchRequest,
  engine: PlannedEngine,
  { address, name }: ManifestEntry,
): Promise<PlannedRecording> {
  const { force, outputs } = request;
  const { input, stamps } = await findRecording(address, name);
  const out = within(request.out, name);
  const task: RecordingTask = {
    name,
    kind: input.kind,
    input: address,
    out,
    model: portableModel(request.model),
    manifestFile: request.manifestFile === undefined ? undefined : path.resolve(request.manifestFile),
    plan: planText(await makePlan(input, engine, request, stamps)),
    force,
  };
  const key = taskKey(task);
  const store = openStore(out, key, tmpdir());
  if ((await store.finishedPlan()) === task.plan) return { state: "finished", task };
  // What was begun of the same task is gone on with, also where it was cut off while outputs got their names.
  if (force || (await store.isBegun())) return { state: "wanted", key, task };
  const taken = new Set([FINISHED_PLAN, UNFINISHED, ...outputNames(outputs)]);
  const inUse = (await store.names()).filter((found) => taken.has(found));
  if (inUse.length === 0) return { state: "wanted", key, task };
  throw new MavsegError("OUTPUT_EXISTS", {
    expected: `no other output in ${formatAddress(out)}`,
    actual: inUse.join(", "),
  });
}

/** A name stays one: on each machine it is the model that its own package brings. */
function portableModel(model: string): string {
  const isName = path.basename(model) === model && !existsSync(model);
  return isName || model.startsWith("s3://") ? model : path.resolve(model);
}
