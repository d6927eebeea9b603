import path from "node:path";
import { createEngine, type EngineChoice, type EngineOptions } from "../../engine/create-engine.js";
import type { Engine } from "../../engine/engine.js";
import { MavsegError } from "../../errors.js";
import { type LoadedModel, loadModel } from "../../model/load-model.js";
import type { Plan } from "../../video/job/plan.js";
import { needsRunLengths } from "../../video/output/create-outputs.js";
import { parseAddress } from "../address.js";
import { Bucket } from "../storage/s3-bucket.js";
import { type RecordingTask, taskPlan } from "../task.js";

/** What of the engine is a machine's own; the rest is the batch's. */
export type MachineOptions = Omit<EngineOptions, "engine" | "executionProvider" | "runLengths" | "temporal">;

/**
 * Reads a model by name, path or s3:// address.
 * @param scratch folder on a local disk
 */
export async function loadFleetModel(
  model: string,
  manifestFile: string | undefined,
  scratch: string,
): Promise<LoadedModel> {
  if (!model.startsWith("s3://")) return loadModel(model, { manifestFile });
  const address = parseAddress(model);
  if (address.kind !== "s3") throw new MavsegError("USAGE", { expected: "s3://bucket/key", actual: model });
  const file = path.join(scratch, "models", path.posix.basename(address.key));
  await new Bucket(address.bucket).download(address.key, file);
  return loadModel(file, { manifestFile });
}

/** Keeps the engine of the last recording: the next chunk is of the same model, nearly always. */
export class FleetEngine {
  readonly #options: MachineOptions;
  readonly #scratch: string;
  #open: { readonly wanted: string; readonly engine: Engine } | undefined;

  constructor(options: MachineOptions, scratch: string) {
    this.#options = options;
    this.#scratch = scratch;
  }

  /** @throws MavsegError `FLEET_MISMATCH` where it is not the batch's, and those of loadModel and createEngine */
  async get(task: RecordingTask): Promise<Engine> {
    const { model, engine: planned, outputs } = taskPlan(task);
    const runLengths = needsRunLengths(outputs);
    const wanted = JSON.stringify([model, planned, runLengths, task.manifestFile ?? null]);
    if (this.#open?.wanted !== wanted) {
      await this.close();
      const loaded = await loadFleetModel(task.model, task.manifestFile, this.#scratch);
      const engine = await createEngine(loaded, {
        ...this.#options,
        runLengths,
        temporal: planned.temporal,
        engine: planned.name as EngineChoice,
        executionProvider: planned.executionProvider as NonNullable<EngineOptions["executionProvider"]>,
      });
      this.#open = { wanted, engine };
    }
    const { engine } = this.#open as { readonly engine: Engine };
    checkEngine(engine, task);
    return engine;
  }

  async close(): Promise<void> {
    await this.#open?.engine.close();
    this.#open = undefined;
  }
}

/** Also after a chunk: a provider that breaks leaves its work to the CPU, whose bytes may be others. */
export function checkEngine(engine: Engine, task: RecordingTask): void {
  const { model, engine: planned } = taskPlan(task);
  const expected = say(planned, model.sha256);
  const actual = say(engine, engine.modelSha256);
  if (expected !== actual) throw new MavsegError("FLEET_MISMATCH", { expected, actual });
}

function say({ name, executionProvider, temporal }: Plan["engine"], sha256: string): string {
  const settings = temporal === undefined ? "" : `, temporal ${JSON.stringify(temporal)}`;
  return `${name} on ${executionProvider} with model ${sha256}${settings}`;
}
