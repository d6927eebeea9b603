import { rm } from "node:fs/promises";
import type { Engine } from "../../engine/engine.js";
import { MavsegError } from "../../errors.js";
import type { Input } from "../../video/input/find-inputs.js";
import { openRecording } from "../../video/input/open-recording.js";
import { makePlan, planText } from "../../video/job/plan.js";
import { fetchRecording } from "../storage/find-recording.js";
import { openStore } from "../storage/open-store.js";
import type { ResultStore } from "../storage/result-store.js";
import { type Cut, type RecordingTask, taskKey, taskPlan } from "../task.js";
import { CUTTING_SIZE_PX, cutRecording } from "./cut-recording.js";
import { checkEngine } from "./fleet-engine.js";
import { joinChunks } from "./join-chunks.js";
import { runChunk } from "./run-chunk.js";

export interface WorkPlace {
  readonly engine: Engine;
  /** Folder on a local disk. */
  readonly scratch: string;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** The three steps of a recording, each of which any worker can do, and do again. */
export class RecordingWork {
  readonly #task: RecordingTask;
  readonly #place: WorkPlace;
  readonly #store: ResultStore;

  constructor(task: RecordingTask, place: WorkPlace) {
    this.#task = task;
    this.#place = place;
    this.#store = openStore(task.out, taskKey(task), place.scratch);
  }

  /** Whether all of it has been done before. */
  async isFinished(): Promise<boolean> {
    return (await this.#store.finishedPlan()) === this.#task.plan;
  }

  /** @throws MavsegError `INPUT_UNREADABLE`, `FLEET_MISMATCH` */
  async *cut(): AsyncGenerator<Cut> {
    const plan = taskPlan(this.#task);
    const recording = await openRecording(await this.#input(), { ...plan.recording, size: CUTTING_SIZE_PX });
    try {
      for await (const cut of cutRecording(recording, plan.chunkFrames)) {
        this.#place.signal.throwIfAborted();
        yield cut;
      }
    } finally {
      await recording.close();
    }
  }

  async runChunk(cut: Cut): Promise<void> {
    if (await this.#store.hasChunk(cut.index)) return;
    const { engine, warn, signal } = this.#place;
    const plan = taskPlan(this.#task);
    const recording = await openRecording(await this.#input(), plan.recording);
    try {
      const folder = await this.#store.newFolder();
      try {
        await runChunk({ name: this.#task.name, recording, plan, engine, cut, folder, warn, signal });
        checkEngine(engine, this.#task);
        await this.#store.keepChunk(cut.index, folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    } finally {
      await recording.close();
    }
  }

  async join(chunks: number): Promise<void> {
    // A worker may have died between the last name and telling it to the queue.
    if (await this.isFinished()) return;
    const { engine, warn, signal } = this.#place;
    const input = await this.#input();
    await joinChunks({ task: this.#task, chunks, store: this.#store, input, engine, warn, signal });
  }

  async #input(): Promise<Input> {
    const { input: address, name, plan: expected } = this.#task;
    const input = await fetchRecording(address, name, this.#place.scratch, taskKey(this.#task));
    const actual = planText(await makePlan(input, this.#place.engine, taskPlan(this.#task)));
    if (actual !== expected) {
      throw new MavsegError("FLEET_MISMATCH", {
        expected: `the recording ${name} as the batch saw it`,
        actual: "files with other names, sizes or times of change",
      });
    }
    return input;
  }
}
