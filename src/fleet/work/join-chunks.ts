import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Engine } from "../../engine/engine.js";
import { MavsegError } from "../../errors.js";
import type { Input } from "../../video/input/find-inputs.js";
import { runVideo, type VideoResult } from "../../video/job/run-video.js";
import { writeWhole } from "../../video/output/disk-file.js";
import { chunkName, type ResultStore, UNFINISHED } from "../storage/result-store.js";
import { type RecordingTask, taskPlan } from "../task.js";
import { FINAL_FOLDER } from "./run-chunk.js";

export interface JoinWork {
  readonly task: RecordingTask;
  readonly chunks: number;
  readonly store: ResultStore;
  readonly input: Input;
  readonly engine: Engine;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes the outputs of a recording from its chunks: they are laid out as a run on one machine leaves them that was cut off
 * after the last one, and that run is gone on with.
 * @throws MavsegError `FLEET_MISMATCH` where a chunk is missing, and what runVideo throws
 */
export async function joinChunks(joined: JoinWork): Promise<void> {
  const { task, chunks, store, input, engine, warn, signal } = joined;
  const out = await store.newFolder();
  try {
    await layOut(out, { task, chunks, store });
    const job = { ...taskPlan(task), input, out, resume: true, force: false };
    checkWasJoined(await runVideo(job, engine, { progress: () => {}, warn, signal }), chunks);
    signal.throwIfAborted();
    await store.publish(out);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function layOut(out: string, { task, chunks, store }: Pick<JoinWork, "task" | "chunks" | "store">) {
  const work = path.join(out, UNFINISHED);
  const final = path.join(work, FINAL_FOLDER);
  await mkdir(final, { recursive: true });
  for (let index = 0; index < chunks; index++) {
    const folder = path.join(work, "chunks", chunkName(index));
    await store.takeChunk(index, (file) =>
      file.startsWith(`${FINAL_FOLDER}/`) ? path.join(work, file) : path.join(folder, file),
    );
  }
  await writeWhole(path.join(work, "plan.json"), task.plan);
}

function checkWasJoined({ frames, resumedFrames, isFinished }: VideoResult, chunks: number): void {
  if (isFinished && frames === resumedFrames) return;
  throw new MavsegError("FLEET_MISMATCH", {
    expected: `all pictures in ${chunks} chunks`,
    actual: `${resumedFrames} of ${frames} pictures`,
  });
}
